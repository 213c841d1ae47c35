# ---- the files; everything is read as text, so that no label becomes a number or a truth value by its looks
given <- commandArgs(trailingOnly = TRUE)
flag <- match("--json", given)
json <- if (is.na(flag)) NULL else given[[flag + 1]]
if (!is.na(flag)) given <- given[-c(flag, flag + 1)]
file_named <- function(place, usual) if (length(given) >= place) given[[place]] else usual
read_text <- function(file) read.csv(file, colClasses = "character", na.strings = "", encoding = "UTF-8", check.names = FALSE)
