# Cox's regression: coxph, cox.zph, concordance, residuals, survfit of the model, limits by the profile likelihood.
source("r/common.R")

sharp <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60)
first_rows <- 25  # of residuals that belong to rows

complete <- function(rows, columns) rows[complete.cases(rows[columns]), ]
bmt <- data_of("bmt_km")
kato <- transform(data_of("kato_synthetic"), lb = as.integer(disease_burden == "LB"))
veteran <- transform(data_of("veteran"), weight = 1 + (seq_len(137) %% 3))
mgus2 <- complete(data_of("mgus2"), c("age", "sex", "hgb", "creat"))
mgus2 <- transform(mgus2, begin = 12 * age, end = 12 * age + futime, weight = 0.5 + (id %% 4) / 2, centre = id %% 17)
heart <- data_of("heart")
kidney <- data_of("kidney")
ovarian <- data_of("ovarian")
bladder <- data_of("bladder")
hodg <- data_of("hodg")
alloauto <- data_of("alloauto")
transplant <- complete(data_of("transplant"), c("age", "sex", "abo"))
# Where GVHD happens its row is split: two rows of one patient, the second with gvhd = 1.
gvhd <- do.call(rbind, lapply(seq_len(nrow(bmt)), function(i) {
  one <- bmt[i, ]
  row <- function(from, to, seen, after) { one$dfs <- seen; cbind(one, start = from, stop = to, gvhd = after) }
  if (one$agvhd == 1 && one$agvhd_time < one$dfs_time)
    rbind(row(0, one$agvhd_time, 0, 0), row(one$agvhd_time, one$dfs_time, one$dfs, 1))
  else row(0, one$dfs_time, one$dfs, 0)
}))

zph <- function(fit) {
  forms <- c("km", "rank", "identity", "log")
  setNames(lapply(forms, function(form) {
    test <- cox.zph(fit, transform = form)
    list(terms = rownames(test$table), statistic = unname(test$table[, 1]), df = unname(test$table[, 2]), p = unname(test$table[, 3]))
  }), forms)
}

profile_limits <- function(fit, data, formula, ties) {
  X <- model.matrix(fit); y <- fit$y
  at <- function(j, value) {
    if (ncol(X) == 1) return(coxph(y ~ offset(X[, 1] * value), ties = ties)$loglik[1])
    coxph(y ~ X[, -j, drop = FALSE] + offset(X[, j] * value), ties = ties, control = sharp)$loglik[2]
  }
  side <- function(j, sign) {
    short <- function(value) 2 * (fit$loglik[2] - at(j, value)) - qchisq(0.95, 1)
    centre <- coef(fit)[[j]]; half <- sqrt(vcov(fit)[j, j])
    uniroot(short, sort(c(centre, centre + sign * 4 * half)), tol = 1e-13)$root
  }
  list(lower = exp(sapply(seq_along(coef(fit)), side, -1)), upper = exp(sapply(seq_along(coef(fit)), side, 1)))
}

predictions <- function(fit) {
  curve <- function(type) survfit(fit, conf.type = type)
  log_curve <- curve("log"); loglog <- curve("log-log")
  keep <- log_curve$n.event > 0
  list(time = log_curve$time[keep], strata = if (is.null(log_curve$strata)) NULL else rep(names(log_curve$strata), log_curve$strata)[keep],
       hazard = log_curve$cumhaz[keep], survival = log_curve$surv[keep], std_error = log_curve$std.err[keep],
       lower = log_curve$lower[keep], upper = log_curve$upper[keep], loglog_lower = loglog$lower[keep], loglog_upper = loglog$upper[keep])
}

for_new <- function(fit, new) {
  curve <- survfit(fit, newdata = new, conf.type = "log"); keep <- curve$n.event > 0
  list(time = curve$time[keep], survival = curve$surv[keep], lower = curve$lower[keep], upper = curve$upper[keep], std_error = curve$std.err[keep])
}

residuals_of <- function(fit, weighted) {
  rows <- seq_len(min(first_rows, fit$n))
  events <- seq_len(min(first_rows, fit$nevent))
  rowed <- function(type, keep) unname(as.matrix(residuals(fit, type = type))[keep, , drop = FALSE])
  found <- list(martingale = as.vector(rowed("martingale", rows)), deviance = as.vector(rowed("deviance", rows)),
       score = rowed("score", rows), dfbeta = rowed("dfbeta", rows))
  c(found, list(schoenfeld = rowed("schoenfeld", events), scaled_schoenfeld = rowed("scaledsch", events),
    schoenfeld_time = unname(sort(fit$y[fit$y[, ncol(fit$y)] == 1, ncol(fit$y) - 1]))[events]))
}

answer <- function(formula, data, ties = "efron", profile = FALSE, zph = TRUE, new = NULL, predict = TRUE, about, weighted = FALSE) {
  if (weighted) {
    frame <- data; frame$.weight <- data$weight
    call <- list(formula, data = frame, ties = ties, control = sharp, x = TRUE, weights = quote(.weight))
  } else call <- list(formula, data = data, ties = ties, control = sharp, x = TRUE)
  if (!is.null(about$cluster)) { frame <- call$data; frame$.cluster <- data[[about$cluster]]; call$data <- frame; call$cluster <- quote(.cluster) }
  fit <- do.call(coxph, call); told <- summary(fit)
  robust <- !is.null(fit$naive.var)
  naive <- if (robust) fit$naive.var else fit$var
  chisq <- function(values) list(statistic = unname(values[1]), df = unname(values[2]), p = unname(values[3]))
  wald <- as.vector(fit$wald.test)
  found <- c(about, list(means = unname(fit$means),
    ties = ties, n = fit$n, events = fit$nevent, weighted = weighted,
    terms = names(coef(fit)), coef = unname(coef(fit)), std_error = sqrt(diag(naive)), robust_std_error = if (robust) sqrt(diag(fit$var)) else NULL,
    lower = unname(told$conf.int[, 3]), upper = unname(told$conf.int[, 4]), statistic = unname(told$coefficients[, if (robust) "z" else 4]),
    p = unname(told$coefficients[, "Pr(>|z|)"]), loglik = fit$loglik[2], loglik_null = fit$loglik[1],
    likelihood_ratio = chisq(told$logtest), wald = wald, score = chisq(told$sctest), robust_score = if (robust) chisq(told$robscore) else NULL,
    aic = AIC(fit), concordance = list(estimate = unname(fit$concordance["concordance"]), std_error = unname(fit$concordance["std"]),
      concordant = unname(fit$concordance["concordant"]), discordant = unname(fit$concordance["discordant"]),
      tied_marker = unname(fit$concordance["tied.x"]), tied_time = unname(fit$concordance["tied.y"]), tied_both = unname(fit$concordance["tied.xy"])),
    residuals = residuals_of(fit)))
  if (zph) found$zph <- get("zph", envir = globalenv())(fit)
  if (predict) found$prediction <- predictions(fit)
  if (!is.null(new)) { found$new <- as.list(new); found$for_new <- for_new(fit, new) }
  if (profile) found$profile <- profile_limits(fit, data, formula, ties)
  found
}

about <- function(data, time, event, numbers = character(), categories = character(), entry = NULL, strata = NULL, cluster = NULL)
  list(data = data, time = time, event = event, numbers = I(numbers), categories = I(categories), entry = entry, strata = strata, cluster = cluster)

models <- list()
bmt_x <- c("g_amllow", "g_amlhigh", "age", "donor_age", "fab45")
bmt_formula <- Surv(dfs_time, dfs) ~ g_amllow + g_amlhigh + age + donor_age + fab45
for (ties in c("efron", "breslow"))
  models[[paste0("bmt_", ties)]] <- answer(bmt_formula, bmt, ties, profile = TRUE, about = about("bmt_km", "dfs_time", "dfs", bmt_x), zph = ties == "efron",
    new = data.frame(g_amllow = 1, g_amlhigh = 0, age = 20, donor_age = 40, fab45 = 1))
models$bmt_strata <- answer(Surv(dfs_time, dfs) ~ g_amllow + g_amlhigh + age + donor_age + fab45 + strata(hospital), bmt,
  about = about("bmt_km", "dfs_time", "dfs", bmt_x, strata = "hospital"))
models$bmt_cluster <- answer(Surv(dfs_time, dfs) ~ g_amllow + age, bmt, about = about("bmt_km", "dfs_time", "dfs", c("g_amllow", "age"), cluster = "hospital"))
models$bmt_gvhd <- answer(Surv(start, stop, dfs) ~ gvhd + g_amllow + g_amlhigh + age + fab45, gvhd,
  about = about("bmt_gvhd", "stop", "dfs", c("gvhd", "g_amllow", "g_amlhigh", "age", "fab45"), entry = "start"))
models$kato <- answer(Surv(efs_days, efs_event) ~ lb + prior_hsct, kato, profile = TRUE, about = about("kato_synthetic", "efs_days", "efs_event", c("lb", "prior_hsct")))
vet_x <- c("trt", "karno", "age", "prior")
models$veteran <- answer(Surv(time, status) ~ trt + karno + age + prior + celltype, veteran, profile = TRUE,
  about = about("veteran", "time", "status", vet_x, "celltype"))
models$veteran_strata <- answer(Surv(time, status) ~ trt + karno + age + prior + strata(celltype), veteran,
  about = about("veteran", "time", "status", vet_x, strata = "celltype"))
models$veteran_weighted <- answer(Surv(time, status) ~ trt + karno + age, veteran, weighted = TRUE, zph = FALSE,
  about = about("veteran", "time", "status", c("trt", "karno", "age")))
mgus_x <- c("age", "hgb", "creat")
for (ties in c("efron", "breslow"))
  models[[paste0("mgus2_", ties)]] <- answer(Surv(futime, death) ~ age + hgb + creat + sex, mgus2, ties, zph = ties == "efron",
    about = about("mgus2", "futime", "death", mgus_x, "sex"), new = NULL)
models$mgus2_late_entry <- answer(Surv(begin, end, death) ~ hgb + creat + sex, mgus2,
  about = about("mgus2", "end", "death", c("hgb", "creat"), "sex", entry = "begin"))
models$veteran_sampling <- answer(Surv(time, status) ~ trt + karno + age, transform(veteran, weight = weight / 2), weighted = TRUE, zph = FALSE,
  about = about("veteran_half", "time", "status", c("trt", "karno", "age")))
models$mgus2_everything <- answer(Surv(begin, end, death) ~ hgb + creat + strata(sex), mgus2, weighted = TRUE, zph = FALSE,
  about = about("mgus2", "end", "death", c("hgb", "creat"), entry = "begin", strata = "sex", cluster = "centre"))
heart_x <- c("age", "year", "surgery", "transplant")
models$heart <- answer(Surv(start, stop, event) ~ age + year + surgery + transplant, heart, about = about("heart", "stop", "event", heart_x, entry = "start"),
  new = data.frame(age = 2, year = 3, surgery = 0, transplant = 1))
models$heart_cluster <- answer(Surv(start, stop, event) ~ age + year + transplant + strata(surgery), heart,
  about = about("heart", "stop", "event", c("age", "year", "transplant"), entry = "start", strata = "surgery", cluster = "id"))
models$kidney <- answer(Surv(time, status) ~ age + sex, kidney, about = about("kidney", "time", "status", c("age", "sex"), cluster = "id"))
models$ovarian <- answer(Surv(futime, fustat) ~ age + rx + ecog.ps, ovarian, profile = TRUE, about = about("ovarian", "futime", "fustat", c("age", "rx", "ecog.ps")))
models$bladder <- answer(Surv(stop, event) ~ rx + size + number + strata(enum), bladder,
  about = about("bladder", "stop", "event", c("rx", "size", "number"), strata = "enum", cluster = "id"))
models$hodg <- answer(Surv(time, delta) ~ gtype + dtype + score + wtime, hodg, profile = TRUE, about = about("hodg", "time", "delta", c("gtype", "dtype", "score", "wtime")))
models$alloauto <- answer(Surv(time, delta) ~ type, alloauto, profile = TRUE, about = about("alloauto", "time", "delta", "type"))
models$transplant <- answer(Surv(futime, status == 1) ~ age + sex + abo, transplant, about = about("transplant", "futime", "status", "age", c("sex", "abo")))

# Concordance of a marker as it stands, high values meaning a long survival: R's default.
marker <- function(formula, data, about, weighted = FALSE) {
  call <- list(formula, data = data)
  if (weighted) call$weights <- quote(weight)
  if (!is.null(about$cluster)) call$cluster <- quote(centre)
  found <- do.call(concordance, call)
  c(about, list(weighted = weighted, estimate = found$concordance, std_error = sqrt(found$var), counts = as.numeric(if (is.matrix(found$count)) colSums(found$count) else found$count)))
}
of_marker <- list(
  karno = marker(Surv(time, status) ~ karno, veteran, about("veteran", "time", "status", "karno")),
  karno_strata = marker(Surv(time, status) ~ karno + strata(celltype), veteran, about("veteran", "time", "status", "karno", strata = "celltype")),
  karno_weighted = marker(Surv(time, status) ~ karno, veteran, about("veteran", "time", "status", "karno"), weighted = TRUE),
  hgb_late_entry = marker(Surv(begin, end, death) ~ hgb, mgus2, about("mgus2", "end", "death", "hgb", entry = "begin")),
  hgb_cluster = marker(Surv(futime, death) ~ hgb, mgus2, about("mgus2", "futime", "death", "hgb", cluster = "centre"))
)

write_answers("cox", list(models = models, concordance = of_marker))
