# Cumulative incidences with both variances, Gray's tests, Fine and Gray's regression.
# Writes answers/competing_risks.json, which tests/reference/test_r_competing_risks.py holds analytics/core/estimators to.
source("r/common.R")
library(cmprsk)

# Every set gets a time and a cause; where the file has one cause, a rule makes two of it.
# tests/reference/test_r_competing_risks.py derives the same.
with_causes <- function(name) {
  rows <- data_of(sub("_in_.*", "", name))
  switch(name,
    bmt_km = transform(rows, time = dfs_time, cause = cr),
    bmt_km_in_months = transform(rows, time = ceiling(dfs_time / 60), cause = cr),
    kato_synthetic = transform(rows, time = efs_days, cause = ifelse(efs_event == 0, 0, 1 + (efs_event_type == "death")),
                               low = as.integer(disease_burden == "LB")),
    mgus2 = transform(rows, time = etime, cause = event, male = as.integer(sex == "M"), since = age * 12, until = age * 12 + etime),
    mgus2_in_years = transform(rows, time = ceiling(etime / 12), cause = event, male = as.integer(sex == "M")),
    transplant = transform(rows, time = futime, cause = status, male = as.integer(sex == "m")),
    hodg = transform(rows, cause = ifelse(delta == 1, 1 + (score >= 80), 0)),
    alloauto = transform(rows, cause = ifelse(delta == 1, 1 + seq_along(time) %% 2, 0)),
    veteran = transform(rows, cause = ifelse(status == 1, 1 + (seq_along(time) %% 3 == 0), 0)),
    veteran_in_months = transform(rows, time = ceiling(time / 30), cause = ifelse(status == 1, 1 + (seq_along(time) %% 3 == 0), 0)),
    kidney = transform(rows, cause = ifelse(status == 1, 1 + (id %% 4 == 0), 0)))
}

# ---- Cumulative incidence: every step where the set is small, else at chosen times.
curves <- list(
  list(data = "bmt_km", group = "group", every = TRUE), list(data = "bmt_km_in_months", group = "hospital", every = TRUE),
  list(data = "kato_synthetic", group = "disease_burden", every = TRUE), list(data = "hodg", group = "gtype", every = TRUE),
  list(data = "alloauto", group = "type", every = TRUE), list(data = "veteran_in_months", group = "celltype", every = TRUE),
  list(data = "kidney", group = "sex", every = TRUE), list(data = "mgus2", group = "sex", every = FALSE),
  list(data = "transplant", group = "abo", every = FALSE))
SCALES <- c("log-log", "log", "plain")

incidence_of <- function(question) {
  rows <- with_causes(question$data)
  lapply(split(rows, as.character(rows[[question$group]])), function(own) curve_of(own$time, own$cause, question$every))
}

curve_of <- function(time, cause, every) {
  causes <- setdiff(sort(unique(cause)), 0)
  times <- if (every) sort(unique(time)) else unique(floor(quantile(time, seq(0.1, 1, 0.1), names = FALSE, type = 1)))
  aalen <- timepoints(cuminc(time, cause), times)
  found <- list(time = times, causes = I(causes), incidence = unname(aalen$est), aalen = unname(aalen$var))
  fit <- survfit(Surv(time, factor(cause, c(0, causes))) ~ 1)
  place <- match(times, fit$time)
  found$jackknife <- unname(t(fit$std.err[place, -1, drop = FALSE]))
  found$limits <- sapply(SCALES, function(scale) {
    fit <- survfit(Surv(time, factor(cause, c(0, causes))) ~ 1, conf.type = scale)
    list(lower = unname(t(fit$lower[place, -1, drop = FALSE])), upper = unname(t(fit$upper[place, -1, drop = FALSE])))
  }, simplify = FALSE)
  found
}

late_entry <- function() {
  rows <- subset(with_causes("mgus2"), until > since)
  lapply(split(rows, rows$sex), function(own) {
    times <- 12 * c(45, 55, 60, 65, 70, 75, 80, 85, 90)
    fit <- survfit(Surv(since, until, factor(cause, 0:2)) ~ 1, data = own, id = seq_along(own$until))
    read <- summary(fit, times = times)
    list(time = read$time, incidence = unname(t(read$pstate[, -1])), jackknife = unname(t(read$std.err[, -1])))
  })
}

# ---- Gray's test: data set, group, stratum, rho.
asked <- function(data, group, strata = NULL, rho = 0) list(data = data, group = group, strata = strata, rho = rho)
tests <- list(
  asked("bmt_km", "group"), asked("bmt_km", "group", rho = 1), asked("bmt_km", "group", "hospital"), asked("bmt_km", "hospital"),
  asked("bmt_km_in_months", "group"), asked("bmt_km_in_months", "group", "hospital", 0.5), asked("kato_synthetic", "disease_burden", "prior_hsct"),
  asked("kato_synthetic", "prior_hsct", rho = -0.5), asked("mgus2", "sex"), asked("mgus2_in_years", "sex", rho = 1), asked("transplant", "abo"),
  asked("transplant", "abo", "sex", 1), asked("hodg", "gtype"), asked("hodg", "gtype", "dtype"), asked("alloauto", "type"),
  asked("veteran", "celltype"), asked("veteran_in_months", "celltype", "trt", 1), asked("veteran_in_months", "trt", "prior"),
  asked("kidney", "disease"), asked("kidney", "disease", "sex", 2))

gray_of <- function(question) {
  rows <- with_causes(question$data)
  strata <- if (is.null(question$strata)) rep(1, nrow(rows)) else rows[[question$strata]]
  found <- cuminc(rows$time, rows$cause, rows[[question$group]], strata, rho = question$rho)$Tests
  list(question = question, tests = lapply(seq_len(nrow(found)), function(i)
    list(cause = as.integer(rownames(found)[i]), statistic = found[i, "stat"], df = found[i, "df"], p = found[i, "pv"])))
}

# ---- Fine and Gray: data set, cause, covariates, groups of the censoring distribution.
model <- function(data, cause, covariates, strata = NULL) list(data = data, cause = cause, covariates = I(covariates), strata = strata)
models <- list(
  model("bmt_km", 1, c("g_amllow", "g_amlhigh", "age", "fab45")), model("bmt_km", 2, c("g_amllow", "g_amlhigh", "age", "fab45")),
  model("bmt_km_in_months", 1, c("g_amllow", "age", "wait")), model("bmt_km_in_months", 2, c("age", "male"), "hospital"),
  model("kato_synthetic", 1, c("low", "prior_hsct")), model("mgus2", 1, c("age", "male", "hgb", "mspike")),
  model("mgus2_in_years", 2, c("age", "male"), "sex"), model("transplant", 2, c("age", "male")), model("transplant", 1, c("age", "male")),
  model("hodg", 1, c("gtype", "dtype")), model("hodg", 2, c("gtype", "wtime")), model("alloauto", 1, "type"), model("alloauto", 2, "type", "type"),
  model("veteran", 1, c("karno", "age", "trt")), model("veteran_in_months", 1, c("karno", "prior")), model("veteran_in_months", 2, "karno", "trt"),
  model("kidney", 1, c("age", "sex")))

crr_of <- function(question) {
  rows <- with_causes(question$data)
  rows <- rows[complete.cases(rows[, question$covariates]), ]
  group <- if (is.null(question$strata)) rep(1, nrow(rows)) else rows[[question$strata]]
  # crr stops at a gradient of 1e-6; that would be the difference.
  fit <- crr(rows$time, rows$cause, as.matrix(rows[, question$covariates, drop = FALSE]), cengroup = group, failcode = question$cause,
             gtol = 1e-10, maxiter = 50)
  wald <- drop(fit$coef %*% solve(fit$var) %*% fit$coef)
  list(question = question, n = fit$n, events = sum(rows$cause == question$cause), coef = I(unname(fit$coef)), variance = I(unname(fit$var)),
       loglik = fit$loglik, loglik_null = fit$loglik.null, likelihood_ratio = summary(fit)$logtest[["test"]], wald = wald)
}

name_of <- function(question) paste(question$data, question$group)
incidences <- lapply(curves, incidence_of)
names(incidences) <- sapply(curves, name_of)
write_answers("competing_risks", list(incidence = incidences, late_entry = late_entry(), gray = lapply(tests, gray_of), fine_gray = lapply(models, crr_of)))
