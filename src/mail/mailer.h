/*
 * The commands of autopsy-mailer. run and once send what is queued in
 * mail.message, each mail at least once: it is sent when the relay has said
 * so, and what may have been sent is tried again, a bounded number of times
 * and under the same Message-ID. Any number of them may run, on any hosts.
 * status tells how that goes; bounce is for a mail server, which hands it what
 * comes back.
 */
#ifndef MAIL_MAILER_H
#define MAIL_MAILER_H

/* argv[0] is the command's name. They return the exit status. */
int mailer_run_command(int argc, char **argv);
int mailer_once_command(int argc, char **argv);
int mailer_status_command(int argc, char **argv);
int mailer_bounce_command(int argc, char **argv);

#endif
