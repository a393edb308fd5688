/* The career guides, for autopsy-ctl: check, publish, export. */
#ifndef CAREER_CONTENT_H
#define CAREER_CONTENT_H

/* argv[0] is "content". Returns the exit status: 0 done, 1 something is
 * wrong with the guides, 2 usage, 75 the database can't be reached. */
int content_command(int argc, char **argv);

#endif
