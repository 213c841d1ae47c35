# Kaplan-Meier, its limits, quantiles and tables; reverse Kaplan-Meier; the log-rank family.
# Writes answers/survival.json, which tests/reference/test_r_survival.py holds analytics/core/estimators to.
source("r/common.R")

# Columns that the questions need beside those of the files. tests/reference/test_r_survival.py derives the same.
data_with_derived <- function(name) {
  rows <- data_of(name)
  switch(name,
    bladder = subset(rows, enum == 1),  # one row for each patient: the first recurrence
    mgus2 = transform(rows, any = as.integer(event > 0), age_at_entry = 12 * age, age_at_exit = 12 * age + futime),
    transplant = transform(rows, transplanted = as.integer(status == 2)),
    rows)
}

# data set, time, status; then what splits the cases, what stratifies the test, when observation began.
asked <- function(data, time, status, group = NULL, strata = NULL, entry = NULL)
  list(data = data, time = time, status = status, group = group, strata = strata, entry = entry)

questions <- list(
  "bmt_km: survival by disease group" = asked("bmt_km", "os_time", "death", "group", "hospital"),
  "bmt_km: disease-free survival" = asked("bmt_km", "dfs_time", "dfs"),
  "kato_synthetic: event-free survival by burden" = asked("kato_synthetic", "efs_days", "efs_event", "disease_burden", "prior_hsct"),
  "kato_synthetic: survival" = asked("kato_synthetic", "os_days", "death"),
  "veteran: survival by cell type" = asked("veteran", "time", "status", "celltype", "prior"),
  "veteran: survival by treatment" = asked("veteran", "time", "status", "trt", "celltype"),
  "mgus2: progression or death by sex" = asked("mgus2", "etime", "any", "sex"),
  "mgus2: survival on the scale of age" = asked("mgus2", "age_at_exit", "death", "sex", entry = "age_at_entry"),
  "heart: survival with and without transplant" = asked("heart", "stop", "event", "transplant", entry = "start"),
  "kidney: infection by disease" = asked("kidney", "time", "status", "disease", "sex"),
  "ovarian: survival by treatment" = asked("ovarian", "futime", "fustat", "rx", "resid.ds"),
  "bladder: first recurrence by treatment" = asked("bladder", "stop", "event", "rx", "number"),
  "hodg: relapse or death by transplant" = asked("hodg", "time", "delta", "gtype", "dtype"),
  "alloauto: survival by transplant" = asked("alloauto", "time", "delta", "type"),
  "transplant: time to transplant by blood group" = asked("transplant", "futime", "transplanted", "abo", "sex"))

SCALES <- c("log-log", "log", "plain")
FRACTIONS <- c(0.25, 0.5, 0.75)

answer_to <- function(question) {
  rows <- data_with_derived(question$data)
  time <- rows[[question$time]]
  status <- rows[[question$status]]
  entry <- if (is.null(question$entry)) rep(0, nrow(rows)) else rows[[question$entry]]
  outcome <- if (is.null(question$entry)) Surv(time, status) else Surv(entry, time, status)
  group <- if (is.null(question$group)) rep("all", nrow(rows)) else as.character(rows[[question$group]])
  group <- factor(group, sort(unique(group), method = "radix"))  # the order of the trend, in any locale
  curves <- lapply(split(seq_along(time), group), function(these)
    curve_of(outcome[these], time[these], status[these] == 1, entry[these], is.null(question$entry)))
  list(question = question, curves = curves, tests = if (is.null(question$group)) NULL else tests_of(question, rows, outcome, group))
}

curve_of <- function(outcome, time, event, entry, from_zero) {
  chosen <- sort(unique(c(0, floor(quantile(time, c(0.1, 0.25, 0.5, 0.75, 0.9), names = FALSE)), max(time), 1.5 * max(time))))
  fit_with <- function(scale) survfit(outcome ~ 1, conf.type = scale)
  fit <- fit_with("log-log")
  at <- summary(fit, times = chosen, extend = TRUE)
  list(
    n = length(time), events = sum(event),
    curve = list(time = fit$time, at_risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor,
                 survival = fit$surv, std_error = fit$surv * fit$std.err, lower = fit$lower, upper = fit$upper),
    # The risk table by its definition: just before each time; events and censorings up to and with it.
    table = list(time = chosen,
                 at_risk = sapply(chosen, function(t) sum(time >= t & (from_zero | entry < t))),
                 events = sapply(chosen, function(t) sum(time <= t & event)),
                 censored = sapply(chosen, function(t) sum(time <= t & !event))),
    at = list(time = at$time, survival = at$surv, std_error = at$std.err),
    limits = sapply(SCALES, function(scale) {
      fit <- fit_with(scale)
      read <- summary(fit, times = chosen[chosen > 0], extend = TRUE)
      found <- quantile(fit, FRACTIONS)
      list(at = list(time = read$time, lower = read$lower, upper = read$upper),
           quantiles = list(fraction = FRACTIONS, estimate = found$quantile, lower = found$lower, upper = found$upper))
    }, simplify = FALSE),
    follow_up = if (from_zero) follow_up(time, event) else NULL)
}

follow_up <- function(time, event) {
  found <- quantile(survfit(Surv(time, !event) ~ 1, conf.type = "log-log"), FRACTIONS)
  list(fraction = FRACTIONS, estimate = found$quantile, lower = found$lower, upper = found$upper)
}

tests_of <- function(question, rows, outcome, group) {
  if (!is.null(question$entry)) return(list(with_entry = test_with_entry(outcome[, 1], outcome[, 2], outcome[, 3] == 1, group)))
  forms <- list(logrank = survdiff(outcome ~ group), peto_peto = survdiff(outcome ~ group, rho = 1), half = survdiff(outcome ~ group, rho = 0.5))
  if (!is.null(question$strata)) {
    strata <- rows[[question$strata]]
    forms$stratified <- survdiff(outcome ~ group + strata(strata))
    forms$stratified_peto_peto <- survdiff(outcome ~ group + strata(strata), rho = 1)
  }
  lapply(forms, test_of)
}

test_of <- function(test) {
  observed <- rowSums(as.matrix(test$obs))
  expected <- rowSums(as.matrix(test$exp))
  df <- length(observed) - 1
  score <- seq_along(observed)
  trend <- sum(score * (observed - expected))^2 / drop(score %*% test$var %*% score)
  list(statistic = test$chisq, df = df, p = pchisq(test$chisq, df, lower.tail = FALSE), observed = observed, expected = expected,
       trend = list(statistic = trend, df = 1, p = pchisq(trend, 1, lower.tail = FALSE)))
}

# survdiff takes no entry times. The log-rank test is the Mantel-Haenszel test of the 2 x 2 tables at the event times.
test_with_entry <- function(entry, time, event, group) {
  second <- group == levels(group)[[2]]
  tables <- sapply(sort(unique(time[event])), function(t) {
    at_risk <- entry < t & time >= t
    now <- event & time == t
    c(sum(now & second), sum(at_risk & second & !now), sum(now & !second), sum(at_risk & !second & !now))
  })
  tables <- tables[, colSums(tables) > 1]  # of one person alone no test can say anything
  test <- mantelhaen.test(array(tables, c(2, 2, ncol(tables))), correct = FALSE)
  list(statistic = test$statistic[[1]], df = test$parameter[[1]], p = test$p.value)
}

write_answers("survival", lapply(questions, answer_to))
