# ---- one row (start, stop] without the exposure, one with it: each day counts where it was lived
# An exposure on the last day, or later, exposes no time; one on day 0 exposes from the start.
splits <- !is.na(rows$exposed_from) & rows$exposed_from > 0 & rows$exposed_from < rows$time
from_start <- !is.na(rows$exposed_from) & rows$exposed_from <= 0
spells <- rbind(
  data.frame(case = rows$case, start = 0, stop = ifelse(splits, rows$exposed_from, rows$time),
             event = as.integer(rows$status == 1 & !splits), exposed = as.integer(from_start)),
  data.frame(case = rows$case, start = rows$exposed_from, stop = rows$time, event = as.integer(rows$status == 1), exposed = 1L)[splits, ])

counted <- lapply(0:1, function(with) {
  own <- spells[spells$exposed == with, ]
  list(n = length(unique(own$case)), events = sum(own$event), days = sum(own$stop - own$start))
})
y <- Surv(spells$start, spells$stop, spells$event)
x <- cbind(exposed = as.numeric(spells$exposed))
# Mantel and Byar's test is the score test of the exact partial likelihood, whether or not its maximum is finite.
score <- if (tested) suppressWarnings(coxph(y ~ x, ties = "exact"))$score else NA
answer <- list(
  n = nrow(rows), events = sum(rows$status == 1), spells = counted,
  mantel_byar = list(statistic = score, df = as.integer(tested), p = pchisq(score, 1, lower.tail = FALSE)),
  models = list(if (estimator == "") NULL else list(events = sum(spells$event), terms = regression_of(y, x, estimator)$terms)))
