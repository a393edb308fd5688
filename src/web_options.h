/* The command line of autopsy-web, and the settings that it overrides. */
#ifndef WEB_OPTIONS_H
#define WEB_OPTIONS_H

/* Returns -1 to go on, with all settings loaded, or the exit status. */
int web_options(int argc, char **argv);

#endif
