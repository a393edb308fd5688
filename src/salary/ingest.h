/*
 * autopsy-ingest run, status and review: pay and rates from sources on the
 * net, by cron.
 *
 * Of each source the replies are fetched and stored, then read, then judged
 * and published in one transaction. A source that fails leaves everything as
 * it was and does not keep the others from being asked.
 */
#ifndef SALARY_INGEST_H
#define SALARY_INGEST_H

#include "salary/salary_import.h"

/* argv[0] is the command's name. They return the exit status. */
int ingest_run_command(int argc, char **argv, salary_refresh_fn *refresh);
int ingest_status_command(int argc, char **argv);
int ingest_review_command(int argc, char **argv, salary_refresh_fn *refresh);

#endif
