/*
 * Functions that nobody may call here, as compile errors. Included before
 * every file by the compiler (-include). The system headers come first, so
 * that their own declarations are not hit.
 *
 * strcpy strcat sprintf vsprintf gets  no bound: use struct strbuf
 * strtok                               hidden state: use strbuf or strchr
 * atoi atol strtol                     errors look like numbers: parse.h
 * gmtime localtime ctime               static result: clock.h
 * rand srand                           guessable: libsodium
 * system popen                         a shell gets the string
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef __clang_analyzer__
#pragma GCC poison strcpy strcat sprintf vsprintf gets
#pragma GCC poison strtok
#pragma GCC poison atoi atol strtol
#pragma GCC poison gmtime localtime ctime
#pragma GCC poison rand srand
#pragma GCC poison system popen
#endif

#endif
