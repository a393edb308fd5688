/*
 * autopsy-mailer: sends what is queued, and reads what comes back. The
 * commands are in mail/.
 *
 * Exit: 0 done, 1 failed, 2 bad usage or settings, 75 try later.
 */
#include "base/alloc.h"
#include "base/commands.h"
#include "mail/mailer.h"

static const struct command commands[] = {
	{ "run", mailer_run_command,
	  "                    send what is queued, until it is stopped" },
	{ "once", mailer_once_command,
	  "                    send what is due now, and end" },
	{ "status", mailer_status_command,
	  "[--json]            what waits, who sends, what went wrong" },
	{ "bounce", mailer_bounce_command,
	  "[--to ADDRESS]      read what came back, for a mail server" },
};

int main(int argc, char **argv)
{
	return commands_main("autopsy-mailer", commands, ARRAY_SIZE(commands),
			     argc, argv);
}
