/* What monitors and crawlers ask for. */
#ifndef HTTP_HEALTH_H
#define HTTP_HEALTH_H

#include "http/web.h"

handler health_alive;	 /* /healthz: this process answers */
handler health_ready;	 /* /readyz: 503 without a database */
handler health_metrics;	 /* /metrics: Prometheus text */
handler health_robots;	 /* /robots.txt */
handler health_security; /* /.well-known/security.txt, RFC 9116 */

#endif
