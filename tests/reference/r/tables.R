# Tables of characteristics: middle and spread, standardised differences, tests between groups; and limits of response rates.
source("r/common.R")

summary_of <- function(x) {
  x <- x[!is.na(x)]
  q <- unname(quantile(x, c(0.25, 0.5, 0.75), type = 7))
  list(n = length(x), q1 = q[1], median = q[2], q3 = q[3], min = min(x), max = max(x), mean = mean(x), sd = sd(x))
}

# Yang & Dalton 2012.
number_apart <- function(a, b) abs(mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2)
category_apart <- function(counts) {
  p <- sweep(counts, 2, colSums(counts), "/")[-1, , drop = FALSE]
  s <- (diag(p[, 1], nrow(p)) - p[, 1] %o% p[, 1] + diag(p[, 2], nrow(p)) - p[, 2] %o% p[, 2]) / 2
  d <- p[, 1] - p[, 2]
  sqrt(drop(t(d) %*% solve(s) %*% d))
}

of_number <- function(x, group) {
  kept <- !is.na(x) & !is.na(group)
  parts <- unname(split(x[kept], factor(group[kept])))
  answer <- list(values = lapply(parts, I), summaries = lapply(parts, summary_of))
  if (length(parts) == 2) {
    answer$difference <- number_apart(parts[[1]], parts[[2]])
    answer$p <- suppressWarnings(wilcox.test(parts[[1]], parts[[2]])$p.value)
  } else answer$p <- kruskal.test(parts)$p.value
  answer
}

of_category <- function(x, group) {
  counts <- unclass(table(x, group)); dimnames(counts) <- NULL
  expected <- outer(rowSums(counts), colSums(counts)) / sum(counts)
  answer <- list(counts = counts, is_exact = any(expected < 5))
  if (ncol(counts) == 2) answer$difference <- category_apart(counts)
  answer$p <- if (answer$is_exact) fisher.test(counts, workspace = 2e7)$p.value
    else suppressWarnings(chisq.test(counts)$p.value)
  answer
}

bmt <- data_of("bmt_km"); veteran <- data_of("veteran"); mgus2 <- data_of("mgus2"); ovarian <- data_of("ovarian")
hodg <- data_of("hodg"); kidney <- data_of("kidney"); kato <- data_of("kato_synthetic")

numbers <- list(
  "bmt_km: age by hospital" = of_number(bmt$age, bmt$hospital),
  "bmt_km: age by sex" = of_number(bmt$age, bmt$male),
  "veteran: karno by treatment" = of_number(veteran$karno, veteran$trt),
  "veteran: age by cell type" = of_number(veteran$age, veteran$celltype),
  "mgus2: creatinine by sex" = of_number(mgus2$creat, mgus2$sex),
  "ovarian: age by treatment" = of_number(ovarian$age, ovarian$rx),
  "hodg: score by graft" = of_number(hodg$score, hodg$gtype),
  "kidney: age by disease" = of_number(kidney$age, kidney$disease),
  "kato: blasts by transplant" = of_number(kato$bm_blasts_pct, kato$prior_hsct))
categories <- list(
  "bmt_km: group by sex" = of_category(bmt$group, bmt$male),
  "bmt_km: group by hospital" = of_category(bmt$group, bmt$hospital),
  "veteran: cell type by treatment" = of_category(veteran$celltype, veteran$trt),
  "mgus2: progression by sex" = of_category(mgus2$pstat, mgus2$sex),
  "ovarian: residual by treatment" = of_category(ovarian$resid.ds, ovarian$rx),
  "hodg: disease by graft" = of_category(hodg$dtype, hodg$gtype),
  "kidney: disease by sex" = of_category(kidney$disease, kidney$sex),
  "kato: burden by transplant" = of_category(kato$disease_burden, kato$prior_hsct))

write_answers("tables", list(numbers = numbers, categories = categories))
