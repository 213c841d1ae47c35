# ---- who is still free of the event at the landmark, by what had happened until then; the clock starts anew there
kept <- rows$time > landmark
gone <- list(events = sum(rows$status[!kept] == 1), censored = sum(rows$status[!kept] != 1))
if (!is.null(rows$exposed_from)) {
  levels <- c("no", "yes")
  rows$group <- factor(ifelse(!is.na(rows$exposed_from) & rows$exposed_from <= landmark, "yes", "no"), levels)
}
rows <- transform(rows[kept, ], time = time - landmark)
