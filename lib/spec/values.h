/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the functions that rows of the parameter table call: convert words to values, and values to words. */
#ifndef SITCTL_SPEC_VALUES_H
#define SITCTL_SPEC_VALUES_H

#include "spec/params.h"

/* take() and text() of struct param, for values of one type. */
bool take_number(const struct param *p, void *to, const char *word, const char **why);
bool text_number(const struct param *p, const void *from, char *buf);
bool take_switch(const struct param *p, void *to, const char *word, const char **why);
bool text_switch(const struct param *p, const void *from, char *buf);
bool take_ifname(const struct param *p, void *to, const char *word, const char **why);
bool text_ifname(const struct param *p, const void *from, char *buf); /* none if it is empty */
bool take_addr4(const struct param *p, void *to, const char *word, const char **why);
bool text_addr4(const struct param *p, const void *from, char *buf);
const char *unfit_addr4(const struct param *p, const void *from);
const char *unfit_ifname(const struct param *p, const void *from);
bool take_addr4_or_any(const struct param *p, void *to, const char *word, const char **why);
bool text_addr4_or_any(const struct param *p, const void *from, char *buf);

/* For one parameter. */
bool take_remote(const struct param *p, void *spec, const char *word, const char **why);
bool text_remote(const struct param *p, const void *spec, char *buf);
const char *unfit_remote(const struct param *p, const void *spec);
bool take_resolved(const struct param *p, void *spec, const char *word, const char **why);
bool text_resolved(const struct param *p, const void *spec, char *buf);
bool take_address(const struct param *p, void *to, const char *word, const char **why);
bool text_address(const struct param *p, const void *from, char *buf);
bool same_address(const void *a, const void *b);
bool take_server_address(const struct param *p, void *spec, const char *word, const char **why);
void drop_server_address(struct spec *spec);
bool text_server_address(const struct param *p, const void *spec, char *buf);
bool take_gateway(const struct param *p, void *spec, const char *word, const char **why);
bool text_gateway(const struct param *p, const void *spec, char *buf);
bool take_client_prefix(const struct param *p, void *to, const char *word, const char **why);
bool take_peer_prefix(const struct param *p, void *to, const char *word, const char **why);
bool text_prefix(const struct param *p, const void *from, char *buf);
const char *unfit_prefix(const struct param *p, const void *from);
bool prefixes_overlap(const void *a, const void *b);
bool take_proxy_ndp(const struct param *p, void *to, const char *word, const char **why);
bool text_proxy_ndp(const struct param *p, const void *from, char *buf);
bool take_allow(const struct param *p, void *to, const char *word, const char **why);
bool text_allow(const struct param *p, const void *from, char *buf);
bool allows_overlap(const void *a, const void *b);
bool take_target(const struct param *p, void *to, const char *word, const char **why);
bool text_target(const struct param *p, const void *from, char *buf);
bool same_target(const void *a, const void *b);

#endif
