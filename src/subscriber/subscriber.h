/* What operators do when somebody asks what we store of their address. */
#ifndef SUBSCRIBER_SUBSCRIBER_H
#define SUBSCRIBER_SUBSCRIBER_H

/* argv[0] is "subscriber". Returns the exit status. */
int subscriber_command(int argc, char **argv);

#endif
