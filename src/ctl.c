/*
 * autopsy-ctl: what the people who run the site use. Each command has its
 * own file beside what it works on; this one finds it and says what exists.
 *
 * Exit: 0 done, 1 failed, 2 bad usage or settings, 3 the schema has drifted,
 * 75 try later.
 */
#include "base/alloc.h"
#include "base/commands.h"
#include "career/content.h"
#include "db/migrate.h"
#include "routes.h"
#include "subscriber/subscriber.h"

static const struct command commands[] = {
	{ "migrate", migrate_command,
	  "up [--to N] [--dry-run] [--wait S] | status | verify   the schema" },
	{ "content", content_command,
	  "check | publish | export SLUG | withdraw SLUG          the guides" },
	{ "subscriber", subscriber_command,
	  "show EMAIL | erase EMAIL                               what is stored of somebody" },
	{ "check", routes_check_command,
	  "every query prepares, every template parses" },
	{ "error-pages", routes_error_pages_command,
	  "DIR                                  nginx's own error pages" },
};

int main(int argc, char **argv)
{
	return commands_main("autopsy-ctl", commands, ARRAY_SIZE(commands),
			     argc, argv);
}
