# Firth's penalised partial likelihood, maximised from its definition: log L + 1/2 log det I, both as coxph gives them at
# a fixed coefficient (iter.max = 0). Limits where its profile falls by half the 95 % point of chi-squared.
source("r/common.R")

bmt <- data_of("bmt_km")
kato <- transform(data_of("kato_synthetic"), lb = as.integer(disease_burden == "LB"))
hodg <- transform(data_of("hodg"), allo = as.integer(gtype == 1), hodgkin = as.integer(dtype == 2))
separated <- transform(data_of("ovarian"), never = as.integer(age < 50))     # nobody under 50 dies early: few events
separated$fustat[separated$never == 1] <- 0
mgus <- data_of("mgus2"); mgus <- mgus[complete.cases(mgus[c("hgb", "age")]), ][1:300, ]

# coxph without reading its formula anew for each of the many coefficients that are tried.
fixed <- function(formula, data, ties) {
  plain <- suppressWarnings(coxph(formula, data, ties = ties, x = TRUE, y = TRUE, control = coxph.control(iter.max = 0)))
  fitter <- if (ncol(plain$y) == 3) agreg.fit else coxph.fit
  strata <- if (is.null(plain$strata)) NULL else as.integer(plain$strata)
  names <- as.character(seq_len(nrow(plain$x)))
  function(beta) fitter(plain$x, plain$y, strata, offset = rep(0, nrow(plain$x)), init = beta, control = coxph.control(iter.max = 0),
                        weights = NULL, method = ties, rownames = names, resid = FALSE)
}

# Far from the maximum the information vanishes: as good as minus infinity.
at <- function(formula, data, ties) { fit_at <- fixed(formula, data, ties); function(beta) {
  fit <- suppressWarnings(fit_at(beta))
  information <- tryCatch(solve(fit$var), error = function(none) NULL)
  if (is.null(information)) return(list(loglik = -1e6, covariance = fit$var))
  list(loglik = fit$loglik[[1]] + 0.5 * as.numeric(determinant(information)$modulus), covariance = fit$var)
} }

# Coefficients are sought in units of `scale`, and again from where the search ended, because optim stops early.
maximum <- function(value, start, scale, rounds = 2) {
  if (!length(start)) return(list(beta = start, loglik = value(start)))
  found <- list(par = start / scale)
  for (round in seq_len(rounds)) found <- optim(found$par, function(b) -value(b * scale), method = "BFGS",
                                    control = list(reltol = 1e-16, maxit = 1000, ndeps = rep(1e-5, length(start))))
  list(beta = found$par * scale, loglik = -found$value)
}

answer <- function(formula, data, ties, about) {
  point <- at(formula, data, ties); value <- function(beta) point(beta)$loglik
  plain <- suppressWarnings(coxph(formula, data, ties = ties, x = TRUE, control = coxph.control(iter.max = 1)))
  p <- length(coef(plain)); x <- plain$x; unit <- sum(log(apply(x, 2, sd)))
  scale <- 1 / apply(x, 2, sd)
  best <- maximum(value, rep(0, p), scale, 4)
  profile <- function(j, held, start) {
    whole <- function(rest) { beta <- numeric(p); beta[j] <- held; beta[-j] <- rest; value(beta) }
    maximum(whole, start[-j], scale[-j])$loglik
  }
  error <- sqrt(diag(point(best$beta)$covariance))
  side <- function(j, sign) {
    short <- function(held) 2 * (best$loglik - profile(j, held, best$beta)) - qchisq(0.95, 1)
    end <- best$beta[j] + sign * error[j]
    while (short(end) < 0) end <- end + sign * error[j]
    exp(uniroot(short, sort(c(best$beta[j], end)), tol = 1e-10)$root)
  }
  statistic <- sapply(seq_len(p), function(j) 2 * (best$loglik - profile(j, 0, best$beta)))
  c(about, list(ties = ties, coef = best$beta, std_error = error, loglik = best$loglik - unit, loglik_null = value(rep(0, p)) - unit,
    lower = sapply(seq_len(p), side, -1), upper = sapply(seq_len(p), side, 1),
    statistic = statistic, p = pchisq(statistic, 1, lower.tail = FALSE)))
}

about <- function(data, time, event, x, entry = NULL, strata = NULL) list(data = data, time = time, event = event, x = x, entry = entry, strata = strata)

answers <- list(
  kato_breslow = answer(Surv(efs_days, efs_event) ~ lb + prior_hsct, kato, "breslow", about("kato", "efs_days", "efs_event", c("lb", "prior_hsct"))),
  kato_efron = answer(Surv(efs_days, efs_event) ~ lb + prior_hsct, kato, "efron", about("kato", "efs_days", "efs_event", c("lb", "prior_hsct"))),
  kato_os = answer(Surv(os_days, death) ~ lb + prior_hsct, kato, "breslow", about("kato", "os_days", "death", c("lb", "prior_hsct"))),
  hodg = answer(Surv(time, delta) ~ allo + hodgkin + score, hodg, "breslow", about("hodg", "time", "delta", c("allo", "hodgkin", "score"))),
  hodg_efron = answer(Surv(time, delta) ~ allo + hodgkin, hodg, "efron", about("hodg", "time", "delta", c("allo", "hodgkin"))),
  ovarian_separated = answer(Surv(futime, fustat) ~ never + age, separated, "breslow", about("ovarian_separated", "futime", "fustat", c("never", "age"))),
  ovarian = answer(Surv(futime, fustat) ~ age + rx, data_of("ovarian"), "efron", about("ovarian", "futime", "fustat", c("age", "rx"))),
  bmt_strata = answer(Surv(dfs_time, dfs) ~ age + fab45 + strata(hospital), bmt, "breslow", about("bmt", "dfs_time", "dfs", c("age", "fab45"), strata = "hospital")),
  heart_entry = answer(Surv(start, stop, event) ~ age + transplant, data_of("heart"), "breslow", about("heart", "stop", "event", c("age", "transplant"), entry = "start")),
  heart_entry_efron = answer(Surv(start, stop, event) ~ surgery + transplant, data_of("heart"), "efron", about("heart", "stop", "event", c("surgery", "transplant"), entry = "start")),
  mgus_ties = answer(Surv(futime, death) ~ age + hgb, mgus, "breslow", about("mgus", "futime", "death", c("age", "hgb"))),
  veteran_strata = answer(Surv(time, status) ~ karno + trt + strata(celltype), data_of("veteran"), "efron", about("veteran", "time", "status", c("karno", "trt"), strata = "celltype"))
)

write_answers("firth", answers)
