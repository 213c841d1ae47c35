# Logistic regression: glm with limits by its profile likelihood; Firth's by brglm2, its limits and tests from the penalised
# likelihood log L + 1/2 log det I, maximised by optim.
source("r/common.R")
suppressPackageStartupMessages(library(brglm2))

bmt <- data_of("bmt_km"); kato <- data_of("kato_synthetic"); veteran <- data_of("veteran"); hodg <- data_of("hodg"); ovarian <- data_of("ovarian")
mgus2 <- data_of("mgus2"); mgus2 <- mgus2[complete.cases(mgus2[c("hgb", "age", "mspike")]), ]
kato$lb <- as.integer(kato$disease_burden == "LB"); kato$cr <- as.integer(kato$best_response == "CR")
veteran$before <- as.integer(veteran$prior > 0); mgus2$male <- as.integer(mgus2$sex == "M")
separated <- transform(ovarian, never = as.integer(age < 50)); separated$fustat[separated$never == 1] <- 0

sharp <- list(epsilon = 1e-14, maxit = 200)

answer <- function(data, name, y, x, plain = TRUE) {
  formula <- reformulate(x, y); X <- model.matrix(formula, data); Y <- data[[y]]; p <- ncol(X)
  likelihood <- function(beta, penalty) {
    eta <- as.vector(X %*% beta); pi <- plogis(eta)
    value <- sum(ifelse(Y == 1, plogis(eta, log.p = TRUE), plogis(-eta, log.p = TRUE)))
    value + if (penalty) 0.5 * as.numeric(determinant(crossprod(X * sqrt(pi * (1 - pi))))$modulus) else 0
  }
  gradient <- function(beta, penalty) {
    pi <- plogis(as.vector(X %*% beta)); w <- pi * (1 - pi)
    h <- if (penalty) w * rowSums((X %*% solve(crossprod(X * sqrt(w)))) * X) else 0
    as.vector(crossprod(X, Y - pi + h * (0.5 - pi)))
  }
  profile <- function(j, held, start, penalty) {
    whole <- function(rest) { beta <- numeric(p); beta[j] <- held; beta[-j] <- rest; beta }
    scale <- 1 / pmax(apply(X, 2, sd), 0.5)[-j]; found <- list(par = start[-j] / scale)
    for (round in 1:3) found <- optim(found$par, function(b) -likelihood(whole(b * scale), penalty), function(b) -gradient(whole(b * scale), penalty)[-j] * scale,
                                      method = "BFGS", control = list(reltol = 1e-16, maxit = 2000))
    -found$value
  }
  of <- function(fit, penalty) {
    beta <- unname(coef(fit)); error <- unname(sqrt(diag(vcov(fit)))); top <- likelihood(beta, penalty)
    side <- function(j, sign) {
      short <- function(held) 2 * (top - profile(j, held, beta, penalty)) - qchisq(0.95, 1)
      end <- beta[j] + sign * error[j]; while (short(end) < 0) end <- end + sign * error[j]
      exp(uniroot(short, sort(c(beta[j], end)), tol = 1e-11)$root)
    }
    statistic <- sapply(2:p, function(j) 2 * (top - profile(j, 0, beta, penalty)))
    list(coef = beta[-1], intercept = beta[1], std_error = error[-1], lower = sapply(2:p, side, -1), upper = sapply(2:p, side, 1),
         statistic = statistic, p = pchisq(statistic, 1, lower.tail = FALSE), loglik = if (penalty) NULL else as.numeric(logLik(fit)))
  }
  firth <- glm(formula, binomial, data, method = "brglmFit", type = "AS_mean", control = list(epsilon = 1e-12, maxit = 2000))
  c(list(data = name, y = y, x = x, firth = of(firth, TRUE)), if (plain) list(plain = of(glm(formula, binomial, data, control = sharp), FALSE)))
}

write_answers("logistic", list(
  answer(bmt, "bmt_km", "agvhd", c("age", "mtx", "male")), answer(bmt, "bmt_km", "relapse", c("fab45", "age", "wait")), answer(kato, "kato", "efs_event", c("lb", "prior_hsct")),
  answer(kato, "kato", "cr", "lb"), answer(veteran, "veteran", "before", c("karno", "age")), answer(hodg, "hodg", "delta", c("gtype", "dtype", "score")),
  answer(mgus2, "mgus2", "pstat", c("age", "hgb", "mspike", "male")), answer(separated, "ovarian_separated", "fustat", c("never", "age"), plain = FALSE)) |>
  setNames(c("agvhd", "relapse", "efs", "cr", "veteran", "hodg", "mgus2", "separated")))
