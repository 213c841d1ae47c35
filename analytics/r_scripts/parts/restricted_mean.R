# ---- mean time without the event up to a horizon
restricted_means <- function(rows) {
  rows$group <- droplevels(rows$group)
  tau <- min(c(tapply(rows$time, rows$group, max), horizon))
  mean_of <- function(own) {
    if (tau < min(own$time)) return(c(tau, 0))  # nobody had left by then, of which survfit says nothing
    unname(summary(survfit(Surv(time, status == 1) ~ 1, data = own), rmean = tau)$table[c("rmean", "se(rmean)")])
  }
  found <- t(sapply(split(rows, rows$group), mean_of))
  z <- qnorm(0.975)
  means <- data.frame(group = levels(rows$group), estimate = found[, 1], std_error = found[, 2],
                      lower = found[, 1] - z * found[, 2], upper = found[, 1] + z * found[, 2], row.names = NULL)
  contrasts <- if (nrow(means) == 2) {
    gap <- means$estimate[2] - means$estimate[1]
    error <- sqrt(sum(means$std_error^2))
    if (error == 0) z <- NA  # nobody had the event by then: no limits
    log_ratio <- log(means$estimate[2] / means$estimate[1])
    log_error <- sqrt(sum((means$std_error / means$estimate)^2))
    list(difference = list(estimate = gap, lower = gap - z * error, upper = gap + z * error, p = 2 * pnorm(-abs(gap / error))),
         ratio = list(estimate = exp(log_ratio), lower = exp(log_ratio - z * log_error), upper = exp(log_ratio + z * log_error),
                      p = 2 * pnorm(-abs(log_ratio / log_error))))
  }
  c(list(tau = tau, groups = means), contrasts)
}
