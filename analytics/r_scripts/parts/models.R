# ---- the covariates: categories against their first level, numbers per so many units
for (name in names(covariates)) {
  said <- covariates[[name]]
  rows[[name]] <- if (is.null(said$levels)) as.numeric(rows[[name]]) / said$per else factor(rows[[name]], said$levels)
}

# The cases in which all covariates of a model are known, and their design without the intercept.
known <- function(asked) rows[complete.cases(rows[asked$covariates]), ]
columns_of <- function(used, names) {
  used[names] <- lapply(used[names], function(column) if (is.factor(column)) droplevels(column) else column)
  list(x = model.matrix(reformulate(names), used)[, -1, drop = FALSE],
       of = attr(model.matrix(reformulate(names), used), "assign")[-1])
}

cause_specific <- function(asked) {
  if (asked$estimator == "") return(NULL)  # the registry refused this model: its Result says why
  used <- known(asked)
  design <- columns_of(used, asked$fitted)
  y <- Surv(used$time, used$status == 1)
  within <- if (is.null(strata)) rep(1, nrow(used)) else used[[strata]]
  found <- regression_of(y, design$x, asked$estimator, within)
  if (asked$estimator == "cox" || asked$beside == "cox") found$proportional_hazards <- proportional(y, design, within, length(asked$fitted))
  if (asked$beside != "") found$beside <- regression_of(y, design$x, asked$beside, within)["terms"]
  c(list(n = nrow(used), events = sum(used$status == 1)), found)
}

# The score test of R >= 3 for each covariate (all columns of a category together) and for all.
proportional <- function(y, design, within, covariates) {
  parts <- lapply(seq_len(covariates), function(k) design$x[, design$of == k, drop = FALSE])
  names(parts) <- paste0("x", seq_along(parts))
  frame <- c(list(y = y, within = within), parts)
  fit <- coxph(reformulate(c(names(parts), "strata(within)"), "y"), data = frame, control = sharp)
  test <- cox.zph(fit, transform = "km")$table
  list(terms = data.frame(statistic = test[-nrow(test), 1], df = test[-nrow(test), 2], p = test[-nrow(test), 3], row.names = NULL),
       global = list(statistic = test[nrow(test), 1], df = test[nrow(test), 2], p = test[nrow(test), 3]))
}
