/* The yardstick of the connect sweep: the same loop without an interpreter.
 *
 * usage: connect_loop FIRST_ADDRESS COUNT PORT [PORT ...] WIDTH
 *
 * Connects to COUNT addresses from FIRST_ADDRESS on each port, WIDTH at a time, as
 * scanner/sweep/connect.py does: non-blocking socket, connect, epoll, SO_ERROR, close.
 * Prints "endpoints open closed other seconds".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_EVENTS = 1024 };

static long opened, closed, other;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void count(int error)
{
    if (error == 0)
        opened++;
    else if (error == ECONNREFUSED)
        closed++;
    else
        other++;
}

/* Begins one connection; tells whether it is in flight. */
static int begin(int epoll, uint32_t address, int port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        perror("socket");
        exit(1);
    }
    int failed = connect(fd, (struct sockaddr *)&to, sizeof to);
    if (failed && errno == EINPROGRESS) {
        struct epoll_event wanted = {.events = EPOLLOUT, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
        return 1;
    }
    count(failed ? errno : 0);
    close(fd);
    return 0;
}

/* Reads how one connection went. */
static void land(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    count(error);
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s FIRST_ADDRESS COUNT PORT [PORT ...] WIDTH\n", argv[0]);
        return 2;
    }
    uint32_t first = ntohl(inet_addr(argv[1]));
    long addresses = atol(argv[2]), ports = argc - 4, width = atol(argv[argc - 1]);
    long total = addresses * ports, next = 0, flying = 0;
    int epoll = epoll_create1(0);
    struct epoll_event events[MOST_EVENTS];
    double start = now();

    while (next < total || flying > 0) {
        while (next < total && flying < width) {
            flying += begin(epoll, first + next % addresses, atoi(argv[3 + next / addresses]));
            next++;
        }
        int ready = epoll_wait(epoll, events, MOST_EVENTS, flying ? 2000 : 0);
        for (int i = 0; i < ready; i++)
            land(events[i].data.fd);
        flying -= ready;
        if (ready == 0 && flying > 0) {
            fprintf(stderr, "%ld connections went unanswered\n", flying);
            return 1;
        }
    }
    printf("%ld %ld %ld %ld %.6f\n", total, opened, closed, other, now() - start);
    return 0;
}
