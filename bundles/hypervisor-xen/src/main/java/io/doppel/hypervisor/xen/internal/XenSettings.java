package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.Fingerprint;
import io.doppel.xapi.AddressMap;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiLogin;
import io.doppel.xapi.XapiProxy;
import io.doppel.xapi.XapiRoute;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a pool, read.
 *
 * @param members inside addresses of members that people gave
 * @param tls whether the web ports are used over TLS
 * @param port their port
 * @param confirmed certificates that somebody confirmed
 * @param map address map
 * @param proxy proxy for the web ports
 * @param backupNetwork name or uuid of the network for NBD; empty for the first that serves it
 * @param excludeTags tags in lower case of machines that jobs leave out
 * @param maxChain longest chain of a disk to which a snapshot is still added
 * @param plainNbd whether NBD without TLS may be used
 */
record XenSettings(
        List<XapiAddress> members,
        boolean tls,
        int port,
        Set<Fingerprint> confirmed,
        AddressMap map,
        Optional<XapiProxy> proxy,
        String backupNetwork,
        Set<String> excludeTags,
        int maxChain,
        boolean plainNbd) {
    static final String ADDRESS = "address";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String FINGERPRINT = "fingerprint";
    static final String PROXY_PASSWORD = "proxy-password";
    private static final String PORT = "port";
    private static final String SCHEME = "scheme";
    private static final String MAP = "address-map";
    private static final String PROXY = "proxy";
    private static final String NETWORK = "backup-network";
    private static final String TAGS = "exclude-tags";
    private static final String MAX_CHAIN = "max-chain";
    private static final String PLAIN_NBD = "plain-nbd";
    private static final Duration READ_TIMEOUT = Duration.ofMinutes(2);

    static SettingsSpec spec() {
        return SettingsSpec.of(
                SettingField.required(
                                ADDRESS,
                                SettingType.LIST,
                                "Address of any member of the pool, or of several, as the pool itself names them")
                        .asAddress(),
                SettingField.optional(
                                PORT, SettingType.PORT, "Port of the members' web service; 443, or 80 without TLS")
                        .asAddress(),
                SettingField.choice(
                                SCHEME,
                                "How the web service is used; http sends the password and the data in plain text",
                                "https",
                                List.of("https", "http"))
                        .asAddress(),
                SettingField.optional(USER, SettingType.TEXT, "User of the pool, with the role vm-power-admin or more")
                        .withDefault("root"),
                SettingField.required(PASSWORD, SettingType.SECRET, "Password of the user"),
                SettingField.optional(
                        FINGERPRINT,
                        SettingType.LIST,
                        "SHA-256 fingerprints of the certificates that somebody confirmed"),
                SettingField.optional(
                                MAP,
                                SettingType.LIST,
                                "Where hosts behind address translation are reached: inside=outside or"
                                        + " inside:port=outside:port, separated by commas")
                        .asAddress(),
                SettingField.optional(
                                PROXY, SettingType.TEXT, "HTTP proxy for the web service, host:port or user@host:port")
                        .asAddress(),
                SettingField.optional(PROXY_PASSWORD, SettingType.SECRET, "Password of the proxy's user"),
                SettingField.optional(
                        NETWORK,
                        SettingType.TEXT,
                        "Network (name or uuid) over which disks are read by NBD; without it the first that offers NBD"),
                SettingField.optional(
                                TAGS, SettingType.LIST, "Tags of machines that jobs leave out unless they name them")
                        .withDefault("AlikeIgnore"),
                SettingField.optional(
                                MAX_CHAIN,
                                SettingType.INTEGER,
                                "Longest chain of a disk to which a snapshot is still added; the storage ends at 30")
                        .withDefault("24")
                        .withLimits(2, 29),
                SettingField.optional(
                                PLAIN_NBD,
                                SettingType.BOOLEAN,
                                "Whether disks may be read by NBD without TLS where the pool offers only that")
                        .withDefault("false"));
    }

    /**
     * @param secrets where the proxy's password is
     */
    static XenSettings read(Settings settings, SecretStore secrets) throws DoppelException {
        boolean tls = settings.text(SCHEME).equals("https");
        int port = settings.find(PORT).map(Integer::parseInt).orElse(tls ? 443 : 80);
        Set<XapiAddress> members = new LinkedHashSet<>();
        for (String text : settings.list(ADDRESS)) {
            members.add(XapiAddress.parse(text, port));
        }
        if (members.isEmpty()) {
            throw new DoppelException(CommonError.MISSING_SETTING, "'" + ADDRESS + "' names no member of the pool");
        }
        Optional<XapiProxy> proxy = Optional.empty();
        if (settings.find(PROXY).isPresent()) {
            Optional<SecretRef> password = settings.secret(PROXY_PASSWORD);
            proxy = Optional.of(XapiProxy.parse(settings.text(PROXY), password.map(ref -> () -> secrets.get(ref))));
        }
        Set<String> tags = new LinkedHashSet<>();
        settings.list(TAGS).forEach(t -> tags.add(Texts.lower(t)));
        return new XenSettings(
                List.copyOf(members),
                tls,
                port,
                fingerprints(settings),
                AddressMap.parse(settings.find(MAP).orElse("")),
                proxy,
                settings.find(NETWORK).orElse(""),
                tags,
                Math.toIntExact(settings.integer(MAX_CHAIN)),
                settings.flag(PLAIN_NBD));
    }

    private static Set<Fingerprint> fingerprints(Settings settings) throws DoppelException {
        Set<Fingerprint> confirmed = new LinkedHashSet<>();
        for (String text : settings.list(FINGERPRINT)) {
            try {
                confirmed.add(Fingerprint.parse(text));
            } catch (IllegalArgumentException e) {
                throw new DoppelException(
                        CommonError.BAD_SETTING,
                        "'" + FINGERPRINT + "' is '" + text + "', expected 64 hex digits with or without colons",
                        e);
            }
        }
        return confirmed;
    }

    XapiRoute route(Set<Fingerprint> pins) {
        return new XapiRoute(tls, port, pins, map, proxy, READ_TIMEOUT);
    }

    static XapiLogin login(Settings settings, SecretStore secrets) {
        SecretRef password = settings.secret(PASSWORD).orElseThrow();
        return new XapiLogin(settings.text(USER), () -> secrets.get(password), "Doppel");
    }
}
