# ---- cumulative incidence of each cause with Aalen's variance, by cmprsk; limits on the log(-log) scale of the incidence
incidence_of <- function(own, cause) {
  at_risk <- sapply(days, function(day) sum(own$time >= day))
  read <- list(est = rep(0, length(days)), var = rep(0, length(days)))
  if (any(own$cause == cause)) {
    curve <- cmprsk::cuminc(own$time, own$cause)[[paste(1, cause)]]
    at <- sapply(days, function(day) max(which(curve$time <= day)))
    read <- list(est = curve$est[at], var = curve$var[at])
  }
  error <- sqrt(read$var)
  spread <- qnorm(0.975) * error / (read$est * log(read$est))
  open <- read$est > 0 & read$est < 1
  list(cause = cause, events = sum(own$cause == cause),
       at = data.frame(time = days, months = months, at_risk = at_risk, incidence = read$est, std_error = error,
                       lower = ifelse(open, read$est^exp(-spread), NA), upper = ifelse(open, read$est^exp(spread), NA)))
}

group_of <- function(value) {
  own <- rows[rows$group == value, ]
  if (!nrow(own)) return(list(group = value, n = 0, events = 0))
  list(group = value, n = nrow(own), events = sum(own$cause == 1), causes = lapply(causes, incidence_of, own = own))
}

gray <- function() {
  if (length(unique(rows$group)) < 2) return(list())
  within <- if (is.null(strata)) rep(1, nrow(rows)) else rows[[strata]]
  tests <- cmprsk::cuminc(rows$time, rows$cause, droplevels(rows$group), within)$Tests
  data.frame(cause = as.numeric(rownames(tests)), statistic = tests[, "stat"], df = tests[, "df"], p = tests[, "pv"], row.names = NULL)
}

answer <- list(n = nrow(rows), events = sum(rows$status == 1), groups = lapply(levels, group_of), gray = gray())
