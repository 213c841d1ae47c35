# ---- how many of how many, with Clopper-Pearson and Wilson limits; Fisher's exact test and the odds ratio of two groups
proportion_of <- function(value) {
  own <- rows[which(rows$group == value), ]
  x <- sum(own$counts[own$known])
  n <- sum(own$known)
  if (n == 0) return(list(group = value, x = 0, n = 0, not_known = nrow(own)))
  exact <- binom.test(x, n)
  wilson <- prop.test(x, n, correct = FALSE)$conf.int
  list(group = value, x = x, n = n, not_known = nrow(own) - n, estimate = x / n, lower = exact$conf.int[[1]], upper = exact$conf.int[[2]],
       wilson = list(lower = wilson[[1]], upper = wilson[[2]]))
}
groups <- lapply(levels, proportion_of)

filled <- Filter(function(one) one$n > 0, groups)

# The conditional odds ratio of the second group against the first, as fisher.test's but with all its digits: there is more
# than one table with these margins, and the noncentral hypergeometric distribution gives each its probability.
odds_ratio <- function(x, n) {
  total <- sum(x)
  support <- max(0, total - n[1]):min(total, n[2])
  density <- function(log_odds) {
    weight <- dhyper(support, n[2], n[1], total, log = TRUE) + support * log_odds
    exp(weight - max(weight)) / sum(exp(weight - max(weight)))
  }
  root <- function(short) exp(uniroot(short, c(-40, 40), tol = 1e-13)$root)
  lowest <- x[2] == min(support)
  highest <- x[2] == max(support)
  list(estimate = if (lowest) 0 else if (highest) NA else root(function(at) sum(support * density(at)) - x[2]),
       lower = if (lowest) 0 else root(function(at) sum(density(at)[support >= x[2]]) - 0.025),
       upper = if (highest) NA else root(function(at) sum(density(at)[support <= x[2]]) - 0.025))
}

comparison <- if (length(filled) > 1) {
  x <- sapply(filled, function(one) one$x)
  n <- sapply(filled, function(one) one$n)
  differ <- sum(x) > 0 && sum(x) < sum(n)  # else there is one table only, and nothing to compare
  list(p = if (differ) fisher.test(cbind(x, n - x), workspace = 2e7)$p.value else NA,
       odds_ratio = if (length(filled) == 2) if (differ) odds_ratio(x, n) else list(estimate = NA))
}
answer <- list(groups = groups, comparison = comparison)
