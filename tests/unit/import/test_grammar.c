/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Purpose: tests of `import` over the grammars: each option of a format, put into a good file, changes what is read, or is
 * named, once. What says nothing of a tunnel is listed here, and must do neither.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "import/import.h"

#define TEXT 2048

#define MADE "ip tunnel add t mode sit remote 203.0.113.1 ttl 9"
#define ADDED "\nip addr add 2001:db8::3/127 dev t"
#define DEFAULT "\nip -6 route add default dev t"
#define TUNNEL "[Tunnel]\nRemote=203.0.113.1\nTTL=9\n"
#define NETDEV "[NetDev]\nName=t\nKind=sit\n"
#define MATCH "[Match]\nName=t\n"
#define NETWORK "[Network]\nAddress=2001:db8::3/127\n"
#define PLAN "network: {tunnels: {t: {mode: sit, remote: 203.0.113.1, ttl: 9, "

/* What the manuals of iproute2 6.1, systemd 252, ifupdown 0.8 and netplan 1.0 have, and a word that they have not. */
static const struct grammar {
	const char *format;
	const char *before, *after; /* a good file around the option */
	const char *equals, *end;   /* between its name and its value, and behind it */
	const char *options;	    /* NAME or NAME=VALUE each */
	const char *plain;	    /* the names of those that say nothing */
} grammars[] = {
	{ "iproute2", MADE " ", ADDED, " ", "",
	  "wonder=7 wonder key=4 ikey=4 okey=4 seq iseq oseq csum icsum ocsum prl-default=192.0.2.1 "
	  "prl-nodefault=192.0.2.1 prl-delete=192.0.2.1 6rd-prefix=2001:db8::/32 6rd-relay_prefix=192.0.2.0/24 "
	  "6rd-reset "
	  "tos=0x10 tos=inherit ttl=8 hoplimit=8 hlim=8 pmtudisc nopmtudisc dev=eth0 local=192.0.2.1 remote=192.0.2.1 "
	  "dsfield=0x10 isatap",
	  "pmtudisc" },
	{ "iproute2", "ip link add t type sit remote 203.0.113.1 ttl 9 ", ADDED, " ", "",
	  "wonder=7 wonder external noencap encap=fou encap-sport=7 encap-dport=7 encap-csum noencap-csum encap-csum6 "
	  "noencap-csum6 encap-remcsum noencap-remcsum isatap mode=any mode=ipip fwmark=7 tos=10 link=eth0 dev=eth0 "
	  "6rd-prefix=2001:db8::/32 6rd-relay_prefix=192.0.2.0/24 6rd-reset pmtudisc nopmtudisc local=192.0.2.1 "
	  "ignore-df noignore-df proto=41",
	  "noencap pmtudisc" },
	{ "iproute2", "ip link add t ", " type sit remote 203.0.113.1 ttl 9" ADDED, " ", "",
	  "wonder=7 wonder link=eth0 parentdev=x txqueuelen=7 txqlen=7 address=02::1 broadcast=02::1 mtu=1400 index=7 "
	  "numtxqueues=7 numrxqueues=7 netns=x group=7 alias=x up down gso_max_size=7 addrgenmode=none",
	  "up" },
	{ "iproute2", MADE ADDED "\nip link set t ", "", " ", "",
	  "wonder=7 wonder up down type=sit arp=on dynamic=on multicast=on allmulticast=on promisc=on trailers=on "
	  "carrier=on "
	  "txqueuelen=7 name=u address=02::1 broadcast=02::1 mtu=1400 netns=x link-netns=x link-netnsid=7 alias=x vf=7 "
	  "xdp=off master=br0 vrf=x nomaster addrgenmode=none protodown=on gso_max_size=7 gso_max_segs=7 "
	  "gro_max_size=7",
	  "up down" },
	{ "iproute2", MADE "\nip addr add 2001:db8::3/127 dev t ", "", " ", "",
	  "wonder=7 wonder peer=2001:db8::2 broadcast=2001:db8::2 brd=2001:db8::2 anycast=2001:db8::2 label=x "
	  "scope=host "
	  "metric=7 valid_lft=60 preferred_lft=0 preferred_lft=60 home nodad mngtmpaddr noprefixroute autojoin "
	  "optimistic "
	  "proto=7 local=2001:db8::5 temporary",
	  "label scope nodad optimistic proto" },
	{ "iproute2", MADE ADDED DEFAULT " ", "", " ", "",
	  "wonder=7 wonder tos=7 table=7 proto=7 scope=link metric=7 preference=7 priority=7 ttl-propagate=enabled "
	  "nhid=7 "
	  "nexthop=x encap=x via=2001:db8::2 weight=7 onlink pervasive mtu=1400 advmss=1200 as=x rtt=7 rttvar=7 "
	  "reordering=7 "
	  "window=7 cwnd=7 initcwnd=7 ssthresh=7 realms=7 src=2001:db8::3 rto_min=7 hoplimit=7 initrwnd=7 features=ecn "
	  "quickack=1 congctl=x pref=low expires=7 fastopen_no_cookie=1 from=2001:db8::/32 unreachable",
	  "proto scope onlink pref" },
	{ "iproute2", MADE ADDED "\nip ", "", " ", "",
	  "wonder=7 wonder rule=add neigh=add addrlabel=add maddress=add mroute=add ntable=change netconf=wonder "
	  "token=set xfrm=policy netns=add l2tp=add fou=add macsec=add tcp_metrics=wonder mptcp=endpoint nexthop=add "
	  "sr=tunsrc vrf=exec ioam=schema stats=set tunnel=6rd tunnel=prl tunnel=wonder link=property link=wonder "
	  "link=afstats address=wonder route=wonder route=test -wonder -batch=x -netns=x -all",
	  "" },
	{ "ifupdown",
	  "iface t inet6 v4tunnel\n address 2001:db8::3/127\n endpoint 203.0.113.1\n ttl 9\n gateway 2001:db8::2\n ",
	  "\n", " ", "",
	  "wonder=7 netmask=64 local=192.0.2.1 metric=7 mtu=1400 preferred-lifetime=0 description=x "
	  "address=2001:db8::5 "
	  "endpoint=192.0.2.1 ttl=8 gateway=2001:db8::4 hwaddress=02::1 accept_ra=1 accept_ra=2 autoconf=1 privext=2 "
	  "dad-attempts=0 dad-interval=7 scope=link media=x mode=sit dns-nameservers=2001:db8::53 dns-search=x "
	  "request_prefix=1 "
	  "tunnel-mode=sit tunnel-dscp=7 tunnel-physdev=eth0 tunnel-ttl=7 bridge_ports=x vlan-raw-device=x up=wonder "
	  "pre-up=wonder post-up=wonder down=wonder pre-down=wonder post-down=wonder requires=x use=x inherit=x "
	  "inherits=x",
	  "netmask description dad-attempts dad-interval scope down pre-down post-down" },
	{ "networkd", NETDEV, "\n" TUNNEL MATCH NETWORK, "=", "",
	  "Wonder=7 Description=x Name=u Kind=gre MTUBytes=1400 MACAddress=02::1", "Description" },
	{ "networkd", NETDEV TUNNEL, "\n" MATCH NETWORK, "=", "",
	  "Wonder=7 External=yes Local=192.0.2.1 Local=slaac Remote=192.0.2.1 TOS=16 TTL=8 DiscoverPathMTU=false "
	  "IPv6FlowLabel=7 "
	  "CopyDSCP=yes EncapsulationLimit=7 Key=7 InputKey=7 OutputKey=7 Mode=any Independent=yes "
	  "AssignToLoopback=yes "
	  "AllowLocalRemote=yes FooOverUDP=1 FOUDestinationPort=7 FOUSourcePort=7 Encapsulation=x "
	  "IPv6RapidDeploymentPrefix=2001:db8::/32 ISATAP=true SerializeTunneledPackets=yes ERSPANVersion=1 "
	  "ERSPANIndex=7 "
	  "ERSPANDirection=x ERSPANHardwareId=7",
	  "Independent" },
	{ "networkd", NETDEV TUNNEL MATCH, "\n" NETWORK, "=", "",
	  "Wonder=7 MACAddress=02::1 PermanentMACAddress=02::1 Path=x Driver=x Type=sit Kind=sit Property=x Name=u "
	  "WLANInterfaceType=x SSID=x BSSID=x Host=x Virtualization=x KernelCommandLine=x KernelVersion=x Credential=x "
	  "Architecture=x Firmware=x",
	  "" },
	{ "networkd", NETDEV TUNNEL MATCH NETWORK, "\n", "=", "",
	  "Wonder=7 Description=x DHCP=yes DHCPServer=yes LinkLocalAddressing=no "
	  "IPv6LinkLocalAddressGenerationMode=none "
	  "IPv6StableSecretAddress=x IPv4LLStartAddress=x IPv4LLRoute=yes DefaultRouteOnDevice=yes LLMNR=no "
	  "MulticastDNS=no "
	  "DNSOverTLS=yes DNSSEC=yes DNSSECNegativeTrustAnchors=x LLDP=yes EmitLLDP=yes BindCarrier=eth0 "
	  "Address=2001:db8::5/64 "
	  "Gateway=2001:db8::2 DNS=2001:db8::53 Domains=x DNSDefaultRoute=yes NTP=x IPForward=yes IPv6Forwarding=yes "
	  "IPMasquerade=both "
	  "IPv6PrivacyExtensions=yes IPv6AcceptRA=yes IPv6DuplicateAddressDetection=1 IPv6HopLimit=7 "
	  "IPv4AcceptLocal=yes "
	  "IPv4RouteLocalnet=yes IPv4ProxyARP=yes IPv6ProxyNDP=yes IPv6ProxyNDPAddress=x IPv6SendRA=yes "
	  "DHCPPrefixDelegation=yes "
	  "IPv6MTUBytes=1400 KeepMaster=yes BatmanAdvanced=x Bond=x Bridge=x VRF=x IPoIB=x IPVLAN=x IPVTAP=x MACsec=x "
	  "MACVLAN=x "
	  "MACVTAP=x Tunnel=x VLAN=x VXLAN=x Xfrm=x ActiveSlave=yes PrimarySlave=yes ConfigureWithoutCarrier=yes "
	  "IgnoreCarrierLoss=yes KeepConfiguration=yes",
	  "Description LinkLocalAddressing LLMNR MulticastDNS ConfigureWithoutCarrier IgnoreCarrierLoss "
	  "KeepConfiguration" },
	{ "networkd", NETDEV TUNNEL MATCH "[Address]\nAddress=2001:db8::3/127\n", "\n", "=", "",
	  "Wonder=7 Peer=2001:db8::2 Broadcast=x Label=x PreferredLifetime=0 Scope=link RouteMetric=7 HomeAddress=yes "
	  "DuplicateAddressDetection=both ManageTemporaryAddress=yes AddPrefixRoute=no AutoJoin=yes NetLabel=x",
	  "Label Scope" },
	{ "networkd", NETDEV TUNNEL MATCH NETWORK "[Route]\nDestination=::/0\n", "\n", "=", "",
	  "Wonder=7 Gateway=2001:db8::2 GatewayOnLink=yes Destination=2001:db8:7::/48 Source=2001:db8::/48 Metric=7 "
	  "IPv6Preference=low Scope=link PreferredSource=2001:db8::3 Table=7 Protocol=static Type=unreachable "
	  "InitialCongestionWindow=7 InitialAdvertisedReceiveWindow=7 QuickAck=yes FastOpenNoCookie=yes "
	  "TTLPropagate=yes "
	  "MTUBytes=1400 TCPAdvertisedMaximumSegmentSize=1200 TCPCongestionControlAlgorithm=x NextHop=7 "
	  "MultiPathRoute=x",
	  "GatewayOnLink IPv6Preference Scope Protocol" },
	{ "networkd", NETDEV TUNNEL MATCH "[Link]\n", "\n" NETWORK, "=", "",
	  "Wonder=7 MACAddress=02::1 MTUBytes=1400 ARP=no Multicast=no AllMulticast=yes Promiscuous=yes Unmanaged=yes "
	  "Group=7 "
	  "RequiredForOnline=no RequiredFamilyForOnline=ipv6 ActivationPolicy=manual",
	  "RequiredForOnline RequiredFamilyForOnline" },
	{ "netplan", PLAN "addresses: [2001:db8::3/127], ", "}}}\n", ": ", "",
	  "wonder=7 wonder=[] renderer=networkd dhcp4=true dhcp6=true ipv6-mtu=1400 ipv6-privacy=true link-local=[] "
	  "ignore-carrier=true critical=true dhcp-identifier=mac dhcp4-overrides={} accept-ra=true ra-overrides={} "
	  "ipv6-address-generation=eui64 ipv6-address-token=x gateway4=192.0.2.1 gateway6=2001:db8::2 nameservers={} "
	  "macaddress=02::1 mtu=1400 optional=true optional-addresses=[] activation-mode=manual routing-policy=[] "
	  "neigh-suppress=true local=192.0.2.1 key=7 keys={} mark=7 port=7 peers=[] id=7 link=eth0 routes=7 "
	  "addresses=7 "
	  "auth-key=x openvswitch={}",
	  "renderer link-local ignore-carrier critical optional activation-mode" },
	{ "netplan", PLAN "addresses: [2001:db8::3/127: {", "}]}}}\n", ": ", "",
	  "wonder=7 label=x lifetime=0 lifetime=[]", "" },
	{ "netplan", PLAN "addresses: [2001:db8::3/127], routes: [{to: default, ", "}]}}}\n", ": ", "",
	  "wonder=7 wonder=[] from=2001:db8::3 via=2001:db8::2 on-link=true metric=7 type=unreachable scope=link "
	  "table=7 "
	  "mtu=1400 congestion-window=7 advertised-receive-window=7 advertised-mss=1200",
	  "on-link scope" },
};

static bool listed(const char *list, const char *name, size_t len)
{
	for (const char *p = list; (p = strstr(p, name)); p++)
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

static void each_option(const struct grammar *g, const struct spec *good, const char *name, const char *value)
{
	bool plain = listed(g->plain, name, strlen(name)), changed, named = false;
	char text[TEXT];
	struct import im;

	snprintf(text, sizeof(text), "%s%s%s%s%s%s", g->before, name, value ? g->equals : "", value ? value : "",
		 g->end, g->after);
	read_import(&im, g->format, text);
	changed = im.n != 1 || !spec_equal(good, &im.tunnels[0].spec);
	for (size_t i = 0; i < errors_kept(&im.errors); i++)
		named = named || strstr(im.errors.texts[i], name) || (value && strstr(im.errors.texts[i], value));
	ck_assert_msg(plain != (changed || named), "%s\n%s: %s", text, name,
		      plain ? "is not passed over" : "is lost in silence");
	ck_assert_msg(im.errors.n <= !plain, "%s\n%s", text, import_errors(&im));
	import_free(&im);
}

START_TEST(nothing_is_lost_in_silence)
{
	const struct grammar *g = &grammars[_i];
	char *options = strdup(g->options), *at, text[TEXT];
	struct import good;

	ck_assert_ptr_nonnull(options);
	snprintf(text, sizeof(text), "%s%s", g->before, g->after);
	read_import(&good, g->format, text);
	ck_assert_msg(good.n == 1 && !good.errors.n, "%s\n%s", text, import_errors(&good));
	for (char *name = strtok_r(options, " ", &at); name; name = strtok_r(NULL, " ", &at)) {
		char *value = strchr(name, '=');

		if (value)
			*value++ = '\0';
		each_option(g, &good.tunnels[0].spec, name, value);
	}
	import_free(&good);
	free(options);
}
END_TEST

Suite *suite_grammar(void)
{
	Suite *suite = suite_create("grammar");
	TCase *tc = tcase_create("options");

	tcase_add_loop_test(tc, nothing_is_lost_in_silence, 0, sizeof(grammars) / sizeof(*grammars));
	suite_add_tcase(suite, tc);
	return suite;
}
