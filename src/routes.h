/* The table of routes, and what ops can do with it from autopsy-ctl. */
#ifndef ROUTES_H
#define ROUTES_H

#include "http/router.h"

/* Ends with a NULL pattern. */
extern const struct route routes[];

/* autopsy-ctl check: every query prepares, every template parses. */
int routes_check_command(int argc, char **argv);
/* autopsy-ctl error-pages DIR: pages for errors that nginx itself makes. */
int routes_error_pages_command(int argc, char **argv);

#endif
