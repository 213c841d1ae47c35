# ---- who is still free of the event at the landmark, by what had happened until then; the clock starts anew there
kept <- rows$time > landmark
gone <- list(events = sum(rows$status[!kept] == 1), censored = sum(rows$status[!kept] != 1))
levels <- c("no", "yes")
rows <- transform(rows[kept, ], time = time - landmark,
                  group = factor(ifelse(!is.na(exposed_from) & exposed_from <= landmark, "yes", "no"), levels))
