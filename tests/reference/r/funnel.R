# Limits of funnels, and quartiles of follow-up.
source("r/common.R")

funnel <- function(target, confidence) {
  tail <- (1 - confidence) / 2
  n <- c(1, 2, 5, 10, 17, 42, 100, 365, 1000, 12345)
  list(target = target, confidence = confidence, n = n,
       lower = qbinom(tail, n, target) / n, upper = qbinom(1 - tail, n, target) / n)
}
funnels <- list()
for (target in c(0.02, 0.5, 0.83, 0.97, 1)) for (confidence in c(0.95, 0.998))
  funnels[[length(funnels) + 1]] <- funnel(target, confidence)

followed <- function(time, event) {
  found <- quantile(survfit(Surv(time, 1 - event) ~ 1, conf.type = "log-log"), c(0.25, 0.5, 0.75))
  rows <- lapply(1:3, function(i) as.list(c(estimate = found$quantile[[i]], lower = found$lower[[i]], upper = found$upper[[i]])))
  names(rows) <- c("lower_quartile", "median", "upper_quartile")
  rows
}
follow_up <- list()
add <- function(name, time, event) follow_up[[name]] <<- followed(time, event)
d <- data_of("bmt_km"); add("bmt_km", d$os_time, d$death)
d <- data_of("veteran"); add("veteran", d$time, d$status)
d <- data_of("mgus2"); add("mgus2", d$futime, d$death)
d <- data_of("ovarian"); add("ovarian", d$futime, d$fustat)
d <- data_of("hodg"); add("hodg", d$time, d$delta)
d <- data_of("alloauto"); add("alloauto", d$time, d$delta)
d <- data_of("kidney"); add("kidney", d$time, d$status)
d <- data_of("kato_synthetic"); add("kato_synthetic", d$os_days, d$death)

write_answers("funnel", list(funnels = funnels, follow_up = follow_up))
