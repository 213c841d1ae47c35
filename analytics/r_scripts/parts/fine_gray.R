# ---- Fine and Gray's regression of the incidence, by cmprsk::crr
subdistribution <- function(asked) {
  if (!asked$fine_gray) return(NULL)  # refused, or without a finite estimate: the Result says why
  used <- known(asked)
  fit <- cmprsk::crr(used$time, used$status, columns_of(used, asked$fitted)$x, failcode = 1, cencode = 0, gtol = 1e-9)
  coef <- unname(fit$coef)
  error <- sqrt(diag(fit$var))
  z <- qnorm(0.975)
  list(n = nrow(used), events = sum(used$status == 1), loglik = fit$loglik, loglik_null = fit$loglik.null,
       terms = data.frame(coef = coef, std_error = error, hr = exp(coef), lower = exp(coef - z * error), upper = exp(coef + z * error),
                          statistic = coef / error, p = 2 * pnorm(-abs(coef / error)), row.names = NULL))
}
answer <- list(n = nrow(rows), events = sum(rows$status == 1), models = lapply(models, function(asked)
  list(cause_specific = cause_specific(asked), fine_gray = subdistribution(asked))))
