# Proportions and tables of counts: binom.test, prop.test, fisher.test, chisq.test. The exact limits of an odds ratio are
# solved anew from the hypergeometric distribution, because the limits of fisher.test are up to 1 % off (its root finder stops early).
source("r/common.R")

shares <- list(c(4, 6), c(65, 79), c(115, 125), c(71, 81), c(16, 123), c(56, 66), c(39, 42), c(27, 42), c(0, 20), c(20, 20),
               c(10, 15), c(9, 14), c(0, 1), c(1, 1), c(1, 3), c(500, 1000), c(3, 100000))

proportion <- function(pair, level) {
  exact <- binom.test(pair[1], pair[2], conf.level = level)$conf.int
  wilson <- suppressWarnings(prop.test(pair[1], pair[2], conf.level = level, correct = FALSE)$conf.int)
  list(x = pair[1], n = pair[2], level = level, clopper_pearson = as.vector(exact), wilson = as.vector(wilson))
}

bmt <- data_of("bmt_km"); kato <- data_of("kato_synthetic"); veteran <- data_of("veteran"); hodg <- data_of("hodg")
mgus2 <- data_of("mgus2"); transplant <- data_of("transplant")

two_by_two <- list(
  kato_burden_hsct = table(kato$disease_burden, kato$prior_hsct), kato_efs = table(kato$disease_burden, kato$efs_event),
  kato_death = table(kato$prior_hsct, kato$death), bmt_relapse = table(bmt$fab45, bmt$relapse), bmt_agvhd = table(bmt$mtx, bmt$agvhd),
  veteran = table(veteran$trt, veteran$status), hodg = table(hodg$gtype, hodg$dtype), mgus2 = table(mgus2$sex, mgus2$pstat),
  tea = matrix(c(3, 1, 1, 3), 2), zero = matrix(c(0, 5, 7, 4), 2), zero_last = matrix(c(6, 0, 3, 9), 2), ones = matrix(1, 2, 2))

larger <- list(
  bmt_group_hospital = table(bmt$group, bmt$hospital), bmt_group_fab = table(bmt$group, bmt$fab45), bmt_cr = table(bmt$group, bmt$cr),
  kato_response = table(kato$disease_burden, kato$best_response), kato_event = table(kato$prior_hsct, kato$efs_event_type, useNA = "ifany"),
  veteran_cells = table(veteran$celltype, veteran$prior), veteran_trt = table(veteran$celltype, veteran$trt),
  transplant = table(transplant$abo, transplant$sex), job = matrix(c(1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11), 4),
  sparse = matrix(c(2, 0, 1, 0, 3, 1, 0, 0, 4), 3), holes = matrix(c(3, 0, 2, 0, 0, 0, 1, 0, 4), 3))

whole <- function(counts) unname(apply(counts, 1, as.vector, simplify = FALSE))

conditional <- function(counts, level = 0.95) {
  m <- sum(counts[, 1]); n <- sum(counts[, 2]); k <- sum(counts[1, ]); x <- counts[1, 1]
  support <- max(0, k - n):min(k, m); log_weight <- dhyper(support, m, n, k, log = TRUE)
  prob <- function(t) { d <- log_weight + t * support; d <- exp(d - max(d)); d / sum(d) }
  root <- function(f) uniroot(f, c(-60, 60), tol = 1e-14, maxiter = 10000)$root
  tail <- (1 - level) / 2; first <- x == min(support); last <- x == max(support)
  list(estimate = if (first) 0 else if (last) NA else exp(root(function(t) sum(prob(t) * support) - x)),
       lower = if (first) 0 else exp(root(function(t) sum(prob(t)[support >= x]) - tail)),
       upper = if (last) NA else exp(root(function(t) sum(prob(t)[support <= x]) - tail)))
}

sample_or <- function(counts) {
  estimate <- counts[1, 1] * counts[2, 2] / counts[1, 2] / counts[2, 1]; half <- qnorm(0.975) * sqrt(sum(1 / counts))
  if (any(counts == 0)) NULL else list(estimate = estimate, lower = estimate * exp(-half), upper = estimate * exp(half))
}

filled <- function(counts) counts[rowSums(counts) > 0, colSums(counts) > 0, drop = FALSE]
chi <- function(counts, correct) {
  test <- suppressWarnings(chisq.test(filled(counts), correct = correct))
  list(statistic = unname(test$statistic), df = unname(test$parameter), p = test$p.value)
}
finite <- function(values) ifelse(is.finite(values), values, NA)

of_two <- function(counts) {
  test <- fisher.test(counts)
  list(table = whole(counts), p = test$p.value, conditional = conditional(counts), sample = sample_or(counts),
       fisher_test = finite(c(unname(test$estimate), test$conf.int)), chi = chi(counts, FALSE), yates = chi(counts, TRUE))
}
of_more <- function(counts) list(table = whole(counts), p = fisher.test(counts, workspace = 2e7)$p.value, chi = chi(counts, FALSE))

write_answers("proportions", list(
  proportions = unlist(lapply(c(0.95, 0.9), function(level) lapply(shares, proportion, level)), recursive = FALSE),
  two_by_two = lapply(two_by_two, of_two), larger = lapply(larger, of_more)))
