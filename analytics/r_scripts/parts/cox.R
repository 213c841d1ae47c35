# ---- Cox regression: Efron's ties, Wald limits; with fewer than 50 events profile-likelihood limits beside them
chi_square <- function(test) list(statistic = test[["test"]], df = test[["df"]], p = test[["pvalue"]])
sharp <- coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 50)

cox_of <- function(y, x, strata = rep(1, nrow(x))) {
  fit <- coxph(y ~ x + strata(strata), control = sharp)
  found <- summary(fit)
  coef <- unname(coef(fit))
  error <- sqrt(diag(vcov(fit)))
  z <- qnorm(0.975)
  terms <- data.frame(coef = coef, std_error = error, hr = exp(coef), lower = exp(coef - z * error), upper = exp(coef + z * error),
                      statistic = coef / error, p = 2 * pnorm(-abs(coef / error)), row.names = NULL)
  if (fit$nevent < 50) {
    limit <- function(j, side) profile_limit(y, x, strata, fit, j, side)
    terms$profile_lower <- sapply(seq_along(coef), limit, side = -1)
    terms$profile_upper <- sapply(seq_along(coef), limit, side = 1)
  }
  list(terms = terms, loglik = fit$loglik[[2]], loglik_null = fit$loglik[[1]], likelihood_ratio = chi_square(found$logtest),
       wald = list(statistic = fit$wald.test[[1]], df = length(coef), p = pchisq(fit$wald.test[[1]], length(coef), lower.tail = FALSE)),
       score = chi_square(found$sctest), concordance = found$concordance[[1]], concordance_std_error = found$concordance[[2]])
}

# Where twice the log-likelihood, the others free, has fallen by the 95 % point of chi-squared.
profile_limit <- function(y, x, strata, fit, j, side) {
  fallen <- function(value) {
    held <- value * x[, j]
    free <- if (ncol(x) > 1) coxph(y ~ x[, -j] + strata(strata) + offset(held), control = sharp)
            else coxph(y ~ strata(strata) + offset(held))
    2 * (fit$loglik[[2]] - tail(free$loglik, 1)) - qchisq(0.95, 1)
  }
  error <- sqrt(vcov(fit)[j, j])
  end <- coef(fit)[[j]] + side * error
  while (fallen(end) < 0 && abs(end) < 50) end <- end + side * error
  if (abs(end) >= 50) return(NA)
  exp(uniroot(fallen, sort(c(coef(fit)[[j]], end)), tol = 1e-11)$root)
}

# Firth's: log L + 1/2 log det I, both as coxph gives them at a fixed coefficient; ties as in coxphf (Breslow). Limits and tests
# are those of the profile of the penalised likelihood (Heinze and Schemper 2001).
firth_of <- function(y, x, strata = rep(1, nrow(x))) {
  scale <- 1 / apply(x, 2, sd)
  fitter <- if (ncol(y) == 3) agreg.fit else coxph.fit
  at <- function(beta) fitter(x, y, as.integer(factor(strata)), offset = rep(0, nrow(x)), init = beta, control = coxph.control(iter.max = 0),
                              weights = NULL, method = "breslow", rownames = as.character(seq_len(nrow(x))), resid = FALSE)
  penalised <- function(beta) {
    fit <- suppressWarnings(at(beta))
    information <- tryCatch(solve(fit$var), error = function(none) NULL)
    if (is.null(information)) -1e6 else fit$loglik[[1]] + 0.5 * as.numeric(determinant(information)$modulus)
  }
  highest <- function(value, start, scale) {
    if (!length(start)) return(list(beta = start, value = value(start)))
    found <- list(par = start / scale)
    for (again in 1:4) found <- optim(found$par, function(b) -value(b * scale), method = "BFGS",
                                      control = list(reltol = 1e-16, maxit = 1000, ndeps = rep(1e-5, length(start))))
    list(beta = found$par * scale, value = -found$value)
  }
  best <- highest(penalised, rep(0, ncol(x)), scale)
  error <- sqrt(diag(at(best$beta)$var))
  fallen <- function(j, value) {
    whole <- function(rest) { beta <- numeric(ncol(x)); beta[j] <- value; beta[-j] <- rest; penalised(beta) }
    2 * (best$value - highest(whole, best$beta[-j], scale[-j])$value)
  }
  limit <- function(j, side) {
    short <- function(value) fallen(j, value) - qchisq(0.95, 1)
    end <- best$beta[j] + side * error[j]
    while (short(end) < 0) end <- end + side * error[j]
    exp(uniroot(short, sort(c(best$beta[j], end)), tol = 1e-10)$root)
  }
  each <- seq_len(ncol(x))
  statistic <- sapply(each, fallen, value = 0)
  list(terms = data.frame(coef = best$beta, std_error = error, hr = exp(best$beta), lower = sapply(each, limit, side = -1),
                          upper = sapply(each, limit, side = 1), statistic = statistic, p = pchisq(statistic, 1, lower.tail = FALSE),
                          row.names = NULL))
}

regression_of <- function(y, x, estimator, ...) if (estimator == "firth-cox") firth_of(y, x, ...) else cox_of(y, x, ...)
