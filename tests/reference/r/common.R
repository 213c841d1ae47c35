# Shared by the reference scripts: where the data lie, and how answers are written. Run a script from this folder's parent:
#   Rscript r/logrank.R [folder for the answers; "answers" if not given]
suppressPackageStartupMessages({library(survival); library(jsonlite)})

folder <- function() {
  given <- commandArgs(trailingOnly = TRUE)
  if (length(given)) given[[1]] else "answers"
}

data_of <- function(name) read.csv(file.path("data", paste0(name, ".csv")), na.strings = c("", "NA"))

# One JSON file for each topic: data set -> analysis -> numbers, with all 17 significant digits; NA becomes null.
write_answers <- function(topic, answers) {
  answers$made_by <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
  text <- toJSON(answers, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", pretty = TRUE)
  writeLines(text, file.path(folder(), paste0(topic, ".json")), useBytes = TRUE)
}
