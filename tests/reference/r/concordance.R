# Concordance with its jackknife error: right-censored with ties, with strata, with late entry; and of a fitted model.
source("r/common.R")

of <- function(formula, rows) {
  found <- concordance(formula, rows, reverse = TRUE, ymin = NULL)
  list(estimate = unname(found$concordance), std_error = sqrt(as.numeric(found$var)))
}
stratified <- function(formula, rows) {
  found <- concordance(formula, rows, reverse = TRUE)
  pairs <- colSums(matrix(found$count, ncol = 5))
  list(estimate = unname(found$concordance), concordant = unname(pairs[1]), discordant = unname(pairs[2]), tied = unname(pairs[3]))
}
of_model <- function(fit) list(estimate = unname(fit$concordance["concordance"]), std_error = unname(fit$concordance["std"]))

veteran <- data_of("veteran"); mgus2 <- data_of("mgus2"); heart <- data_of("heart"); kidney <- data_of("kidney")
ovarian <- data_of("ovarian"); hodg <- data_of("hodg"); transplant <- subset(data_of("transplant"), !is.na(age))
write_answers("concordance", list(
  veteran_karno = of(Surv(time, status) ~ I(-karno), veteran),
  veteran_trt = of(Surv(time, status) ~ trt, veteran),
  mgus2_age = of(Surv(futime, death) ~ age, mgus2),
  ovarian_age = of(Surv(futime, fustat) ~ age, ovarian),
  hodg_score = of(Surv(time, delta) ~ I(-score), hodg),
  transplant_age = of(Surv(futime, status == 1) ~ age, transplant),
  heart_age = of(Surv(start, stop, event) ~ age, heart),
  heart_transplant = of(Surv(start, stop, event) ~ transplant, heart),
  kidney_age_by_sex = stratified(Surv(time, status) ~ age + strata(sex), kidney),
  veteran_model = of_model(coxph(Surv(time, status) ~ karno + age + trt, veteran)),
  heart_model = of_model(coxph(Surv(start, stop, event) ~ age + year + transplant, heart))
))
