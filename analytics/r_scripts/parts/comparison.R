# ---- the log-rank test, its trend over more than two groups in their declared order, and each pair of them
log_rank <- function(rows) {
  test <- if (is.null(strata)) survdiff(Surv(time, status == 1) ~ group, data = rows)
          else survdiff(Surv(time, status == 1) ~ group + strata(rows[[strata]]), data = rows)
  observed <- rowSums(as.matrix(test$obs))
  expected <- rowSums(as.matrix(test$exp))
  score <- seq_along(observed)
  trend <- sum(score * (observed - expected))^2 / drop(score %*% test$var %*% score)
  list(test = test_of(test$chisq, length(observed) - 1), trend = test_of(trend, 1), n = as.vector(table(rows$group)),
       observed = observed, expected = expected)
}

compared <- function(rows) {
  rows$group <- droplevels(rows$group)
  if (nlevels(rows$group) < 2 || !any(rows$status == 1)) return(NULL)
  found <- log_rank(rows)
  c(found$test, list(groups = data.frame(group = levels(rows$group), n = found$n, observed = found$observed, expected = found$expected)),
    if (nlevels(rows$group) > 2 && ordered) list(trend = found$trend))
}

# Each pair of more than two groups, with Holm's correction; never stratified. A pair in which no event happened while both were
# under observation has no test.
pairs_of <- function(rows) {
  rows$group <- droplevels(rows$group)
  if (nlevels(rows$group) < 3) return(list())
  pair <- combn(levels(rows$group), 2)
  chisq_of <- function(two) {
    own <- rows[rows$group %in% two, ]
    if (!any(own$status == 1)) return(NA_real_)
    test <- survdiff(Surv(time, status == 1) ~ group, data = own)
    if (all(as.matrix(test$var) == 0)) NA_real_ else test$chisq
  }
  tests <- apply(pair, 2, chisq_of)
  p <- pchisq(tests, 1, lower.tail = FALSE)
  data.frame(first = pair[1, ], second = pair[2, ], statistic = tests, df = ifelse(is.na(tests), 0, 1), p = p,
             p_holm = p.adjust(p, "holm"))
}
