# Restricted means, pairwise and permutation log-rank tests, landmarks, exposures that change in time, completeness of
# follow-up, and concordance corrected by resampling.
source("r/common.R")

bmt <- data_of("bmt_km")
kato <- data_of("kato_synthetic")
veteran <- data_of("veteran")
hodg <- data_of("hodg")
mgus2 <- data_of("mgus2")
heart <- data_of("heart")
transplant <- data_of("transplant")
alloauto <- data_of("alloauto")

# ---- restricted means: summary(survfit, rmean), and the contrasts of two groups as the difference and the log ratio.
rmean <- function(data, time, event, tau, group = NULL, entry = NULL) {
  one <- function(rows) {
    y <- if (is.null(entry)) Surv(rows[[time]], rows[[event]]) else Surv(rows[[entry]], rows[[time]], rows[[event]])
    found <- summary(survfit(y ~ 1), rmean = tau)$table
    list(n = unname(found[["records"]]), estimate = unname(found[["rmean"]]), std_error = unname(found[["se(rmean)"]]))
  }
  parts <- if (is.null(group)) list(all = one(data)) else lapply(split(data, data[[group]]), one)
  found <- list(tau = tau, groups = parts)
  if (length(parts) == 2) {
    a <- parts[[2]]; b <- parts[[1]]; z <- qnorm(0.975)
    d <- a$estimate - b$estimate; s <- sqrt(a$std_error^2 + b$std_error^2)
    r <- log(a$estimate / b$estimate); q <- sqrt((a$std_error / a$estimate)^2 + (b$std_error / b$estimate)^2)
    found$difference <- list(estimate = d, std_error = s, lower = d - z * s, upper = d + z * s, p = 2 * pnorm(-abs(d / s)))
    found$ratio <- list(estimate = exp(r), std_error = q, lower = exp(r - z * q), upper = exp(r + z * q), p = 2 * pnorm(-abs(r / q)))
  }
  found
}
case <- function(data, name, time, event, tau, group = NULL, entry = NULL)
  c(list(data = name, time = time, event = event, group = group, entry = entry), rmean(data, time, event, tau, group, entry))

means <- list(
  case(bmt, "bmt_km", "dfs_time", "dfs", 1095), case(bmt, "bmt_km", "os_time", "death", 500, "mtx"), case(bmt, "bmt_km", "os_time", "death", 2000, "fab45"),
  case(bmt, "bmt_km", "dfs_time", "dfs", 365, "group"), case(kato, "kato_synthetic", "efs_days", "efs_event", 365, "disease_burden"),
  case(kato, "kato_synthetic", "os_days", "death", 730, "prior_hsct"), case(veteran, "veteran", "time", "status", 180, "trt"),
  case(veteran, "veteran", "time", "status", 500), case(hodg, "hodg", "time", "delta", 700, "gtype"), case(mgus2, "mgus2", "futime", "death", 120, "sex"),
  case(heart, "heart", "stop", "event", 365, NULL, "start"), case(heart, "heart", "stop", "event", 365, "transplant", "start"),
  case(alloauto, "alloauto", "time", "delta", 24, "type"), case(veteran, "veteran", "time", "status", max(veteran$time)),
  # Each group up to its own last time.
  case(veteran, "veteran", "time", "status", "individual"), case(bmt, "bmt_km", "os_time", "death", "individual"), case(hodg, "hodg", "time", "delta", "individual"))

# ---- pairwise log-rank tests with Holm's correction
pairwise <- function(data, name, time, event, group, strata = NULL, rho = 0) {
  levels <- sort(unique(data[[group]])); pairs <- combn(as.character(levels), 2)
  test <- function(pair) {
    rows <- data[as.character(data[[group]]) %in% pair, ]
    right <- if (is.null(strata)) rows[[group]] else NULL
    fit <- if (is.null(strata)) survdiff(Surv(rows[[time]], rows[[event]]) ~ rows[[group]], rho = rho)
           else survdiff(Surv(rows[[time]], rows[[event]]) ~ rows[[group]] + strata(rows[[strata]]), rho = rho)
    c(fit$chisq, pchisq(fit$chisq, 1, lower.tail = FALSE))
  }
  found <- apply(pairs, 2, test)
  list(data = name, time = time, event = event, group = group, strata = strata, rho = rho, first = pairs[1, ], second = pairs[2, ],
       statistic = found[1, ], p = found[2, ], p_holm = p.adjust(found[2, ], "holm"))
}
pairs <- list(
  pairwise(bmt, "bmt_km", "dfs_time", "dfs", "group"), pairwise(veteran, "veteran", "time", "status", "celltype"),
  pairwise(veteran, "veteran", "time", "status", "celltype", "trt"), pairwise(veteran, "veteran", "time", "status", "celltype", NULL, 1),
  pairwise(bmt, "bmt_km", "os_time", "death", "hospital"), pairwise(transform(transplant, death = as.integer(status == 1)), "transplant_death", "futime", "death", "abo"))

# ---- permutation: every arrangement of few rows, with survdiff's observed less expected events; strata apart.
# These are the sum of the first group's log-rank scores (event less Nelson-Aalen of all): stopifnot holds them to survdiff's.
excess <- function(rows, time, event, group, strata) {
  y <- rows[[time]]; d <- rows[[event]]; block <- if (is.null(strata)) rep(1, nrow(rows)) else rows[[strata]]
  score <- d
  for (own in split(seq_len(nrow(rows)), block))
    score[own] <- d[own] - sapply(y[own], function(t) sum(vapply(y[own][d[own] == 1 & y[own] <= t], function(u) 1 / sum(y[own] >= u), 0)))
  of <- function(group) sum(score[group == min(group)])
  fit <- if (is.null(strata)) survdiff(Surv(y, d) ~ rows[[group]]) else survdiff(Surv(y, d) ~ rows[[group]] + strata(block))
  stopifnot(all.equal(of(as.integer(factor(rows[[group]]))), sum(as.matrix(fit$obs)[1, ]) - sum(as.matrix(fit$exp)[1, ])))
  of
}
every <- function(data, rows, name, time, event, group, strata = NULL) {
  data <- data[rows, ]; codes <- as.integer(factor(data[[group]]))
  blocks <- if (is.null(strata)) list(seq_len(nrow(data))) else split(seq_len(nrow(data)), data[[strata]])
  choices <- lapply(blocks, function(block) combn(length(block), sum(codes[block] == 1), simplify = FALSE))
  grid <- expand.grid(lapply(choices, seq_along))
  of <- excess(data, time, event, group, strata); mine <- abs(of(codes))
  far <- apply(grid, 1, function(which) {
    dealt <- rep(2, nrow(data))
    for (i in seq_along(blocks)) dealt[blocks[[i]][choices[[i]][[which[[i]]]]]] <- 1
    abs(of(dealt)) >= mine - 1e-9
  })
  list(data = name, rows = rows, time = time, event = event, group = group, strata = strata, arrangements = nrow(grid), as_extreme = sum(far), p = mean(far))
}
permutations <- list(
  every(kato, c(1:6, 20:24, 40:42), "kato_synthetic", "efs_days", "efs_event", "disease_burden"),
  every(veteran, c(1:5, 70:75), "veteran", "time", "status", "trt"), every(hodg, c(1:6, 16:21), "hodg", "time", "delta", "gtype"),
  every(bmt, c(1:5, 40:44, 90:93), "bmt_km", "dfs_time", "dfs", "mtx"),
  every(kato, c(1:7, 20:24, 39:42), "kato_synthetic", "efs_days", "efs_event", "disease_burden", "prior_hsct"))
drawn <- function(data, name, time, event, group, strata = NULL, B = 4000) {
  set.seed(1); codes <- as.integer(factor(data[[group]])); of <- excess(data, time, event, group, strata); mine <- abs(of(codes)); blocks <- if (is.null(strata)) rep(1, nrow(data)) else data[[strata]]
  far <- replicate(B, abs(of(ave(codes, blocks, FUN = function(v) v[sample.int(length(v))]))) >= mine - 1e-9)
  list(data = name, time = time, event = event, group = group, strata = strata, B = B, p = (sum(far) + 1) / (B + 1))
}
draws <- list(drawn(kato, "kato_synthetic", "efs_days", "efs_event", "disease_burden"), drawn(kato, "kato_synthetic", "efs_days", "efs_event", "prior_hsct", "disease_burden"),
              drawn(bmt, "bmt_km", "dfs_time", "dfs", "mtx"), drawn(hodg, "hodg", "time", "delta", "gtype"))

# ---- landmark: survfit and survdiff on the rows beyond it
marked <- function(data, name, time, event, at, change, happened) {
  moment <- ifelse(data[[happened]] == 1, data[[change]], Inf); kept <- data[[time]] > at; rows <- data[kept, ]; group <- moment[kept] <= at
  y <- Surv(rows[[time]] - at, rows[[event]]); fit <- summary(survfit(y ~ group, conf.type = "log-log"), times = c(100, 300), extend = TRUE)
  test <- survdiff(y ~ group)
  list(data = name, time = time, event = event, at = at, change = change, happened = happened, n = sum(kept), event_before = sum(data[[event]][!kept]),
       censored_before = sum(1 - data[[event]][!kept]), changed = sum(group), survival = fit$surv, std_error = fit$std.err, chisq = test$chisq)
}
landmarks <- list(marked(bmt, "bmt_km", "dfs_time", "dfs", 100, "agvhd_time", "agvhd"), marked(bmt, "bmt_km", "os_time", "death", 180, "cgvhd_time", "cgvhd"),
                  marked(bmt, "bmt_km", "dfs_time", "dfs", 30, "plt_time", "plt"))

# ---- exposure that changes in time: rows by tmerge, their score test with exact ties (Mantel-Byar), curves by survfit
moving <- function(data, name, time, event, change, happened) {
  # A change on the last day or later exposes no time.
  data$.moment <- ifelse(data[[happened]] == 1 & data[[change]] < data[[time]], data[[change]], NA)
  data$.id <- seq_len(nrow(data)); data$.time <- data[[time]]; data$.event <- data[[event]]
  rows <- tmerge(data[c(".id", ".time")], data, id = .id, died = event(.time, .event), exposed = tdc(.moment))
  test <- coxph(Surv(tstart, tstop, died) ~ exposed, rows, ties = "exact")
  cox <- coxph(Surv(tstart, tstop, died) ~ exposed, rows)
  curve <- summary(survfit(Surv(tstart, tstop, died) ~ exposed, rows), times = c(100, 300, 600), extend = TRUE)
  late <- rows[rows$tstop > 60, ]; late$tstart <- pmax(late$tstart, 60)
  beyond <- summary(survfit(Surv(tstart, tstop, died) ~ exposed, late), times = c(100, 300, 600), extend = TRUE)
  list(data = name, time = time, event = event, change = change, happened = happened, rows = nrow(rows), exposed_time = sum((rows$tstop - rows$tstart)[rows$exposed == 1]),
       score = test$score, coef = unname(coef(cox)), std_error = sqrt(vcov(cox)[1, 1]), survival = curve$surv, std_error_survival = curve$std.err, beyond = beyond$surv)
}
kato$moved <- as.integer(!is.na(kato$post_hsct_day))
exposures <- list(moving(bmt, "bmt_km", "dfs_time", "dfs", "agvhd_time", "agvhd"), moving(bmt, "bmt_km", "os_time", "death", "cgvhd_time", "cgvhd"),
                  moving(bmt, "bmt_km", "os_time", "death", "plt_time", "plt"), moving(kato, "kato_moved", "os_days", "death", "post_hsct_day", "moved"))
exact <- coxph(Surv(start, stop, event) ~ transplant, heart, ties = "exact")

# ---- Clark's C: observed over potential person-time up to a date, potential ending with the event
clark <- function(data, name, time, event, potential) {
  y <- data[[time]]; d <- data[[event]] == 1 & y <= potential; could <- ifelse(d, y, potential); seen <- pmin(y, could)
  list(data = name, time = time, event = event, potential = potential, observed = sum(seen), could = sum(could), complete = sum(seen) / sum(could))
}
follow_up <- list(clark(bmt, "bmt_km", "os_time", "death", 1000), clark(kato, "kato_synthetic", "os_days", "death", 700), clark(veteran, "veteran", "time", "status", 300))

# ---- optimism: R's own resamples, fits and concordance
corrected <- function(formula, data, name, time, event, x, B = 1000) {
  set.seed(2); whole <- coxph(formula, data, x = TRUE, y = TRUE); apparent <- unname(concordance(whole)$concordance)
  design <- whole$x; y <- whole$y; none <- rep(0, nrow(design))
  agreement <- function(outcome, predictor) concordancefit(outcome, predictor, reverse = TRUE, std.err = FALSE)$concordance
  gap <- replicate(B, {  # coxph and concordance without reading their formula anew
    again <- sample.int(nrow(data), replace = TRUE)
    coef <- suppressWarnings(coxph.fit(design[again, , drop = FALSE], y[again], NULL, none, NULL, coxph.control(), NULL, "efron", as.character(again), resid = FALSE))$coefficients
    coef[is.na(coef)] <- 0
    agreement(y[again], drop(design[again, , drop = FALSE] %*% coef)) - agreement(y, drop(design %*% coef))
  })
  list(data = name, time = time, event = event, x = x, B = B, apparent = apparent, optimism = mean(gap), mc_se = sd(gap) / sqrt(B))
}
kato$lb <- as.integer(kato$disease_burden == "LB")
bootstraps <- list(
  corrected(Surv(efs_days, efs_event) ~ lb + prior_hsct, kato, "kato_lb", "efs_days", "efs_event", c("lb", "prior_hsct")),
  corrected(Surv(time, delta) ~ gtype + dtype + score, hodg, "hodg", "time", "delta", c("gtype", "dtype", "score")),
  corrected(Surv(dfs_time, dfs) ~ age + fab45 + mtx, bmt, "bmt_km", "dfs_time", "dfs", c("age", "fab45", "mtx")),
  corrected(Surv(time, status) ~ karno + age + prior, veteran, "veteran", "time", "status", c("karno", "age", "prior")))

write_answers("small_sample", list(
  means = means, pairs = pairs, permutations = permutations, draws = draws, landmarks = landmarks, exposures = exposures,
  mantel_byar_heart = exact$score, follow_up = follow_up, bootstraps = bootstraps))
