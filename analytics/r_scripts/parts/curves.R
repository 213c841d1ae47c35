# ---- Kaplan-Meier with limits on the log(-log) scale
test_of <- function(statistic, df) list(statistic = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE))

median_of <- function(fit) {
  found <- quantile(fit, 0.5)
  list(estimate = found$quantile[[1]], lower = found$lower[[1]], upper = found$upper[[1]])
}

curve_of <- function(value, rows) {
  own <- rows[rows$group == value, ]
  if (!nrow(own)) return(list(group = value, n = 0, events = 0))
  fit <- survfit(Surv(time, status == 1) ~ 1, data = own, conf.type = "log-log")
  at <- summary(fit, times = days, extend = TRUE)
  list(group = value, n = nrow(own), events = sum(own$status == 1), median = median_of(fit),
       at = data.frame(time = days, months = months, at_risk = at$n.risk, events = at$n.event, censored = at$n.censor,
                       survival = at$surv, std_error = at$std.err, lower = at$lower, upper = at$upper))
}
