# Writes the public data sets of the R packages survival and KMsurv that the reference answers use, as CSV under data/.
suppressPackageStartupMessages({library(survival); library(KMsurv)})

put <- function(name, rows) write.csv(rows, file.path("data", paste0(name, ".csv")), row.names = FALSE, na = "", quote = FALSE)

put("veteran", veteran)
put("mgus2", transform(mgus2, etime = ifelse(pstat == 0, futime, ptime), event = ifelse(pstat == 0, 2 * death, 1)))
put("heart", heart)
put("kidney", kidney)
put("ovarian", ovarian)
put("bladder", subset(bladder, stop > 0))
data(hodg); put("hodg", hodg)
data(alloauto); put("alloauto", alloauto)
put("transplant", transform(subset(transplant, futime > 0), status = as.integer(event) - 1))
