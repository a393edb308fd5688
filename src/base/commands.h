/* The main of a program that is a set of commands: autopsy-ctl, -ingest. */
#ifndef BASE_COMMANDS_H
#define BASE_COMMANDS_H

#include <stddef.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the command */
	const char *help;		   /* its arguments and what for */
};

/*
 * Answers --help and --version, loads the settings, sets up plain messages
 * and runs the command that argv names. Returns the exit status.
 */
int commands_main(const char *program, const struct command *commands,
		  size_t count, int argc, char **argv);

#endif
