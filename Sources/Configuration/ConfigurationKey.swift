internal import Access
internal import JWT

/// One thing that can be configured. `ConfigurationTable` holds them all.
package struct ConfigurationKey: Sendable {
    /// As the file and the flags spell it, for example `quota.limit`.
    package let name: String
    /// Which values it takes.
    package let kind: ConfigurationKind
    /// The value it has when no source gives one, as the file would spell it; nil: not set.
    package let defaultText: String?
    /// A short name that containers and hosting services set, for example `PORT`.
    package let bareVariable: String?
    /// What it does, as sentences for Docs and for `Config/churnd.conf`.
    package let meaning: String

    init(
        _ name: String, _ kind: ConfigurationKind, default defaultText: String?,
        bareVariable: String? = nil, meaning: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultText = defaultText
        self.bareVariable = bareVariable
        self.meaning = meaning
    }

    /// The environment variable that sets it: `CHURND_QUOTA_LIMIT` for `quota.limit`.
    package var variable: String {
        ConfigurationTable.variablePrefix
            + String(decoding: name.utf8.map(ConfigurationKey.variableByte), as: UTF8.self)
    }

    /// Whether its value holds a secret: then it is never shown, and each of its variables has a
    /// form that ends in `_FILE` and names a file.
    package var isSecret: Bool {
        switch kind {
        case .secret, .password, .redisURL: true
        case .integer, .eventLoops, .duration, .toggle, .choice, .words, .text, .host, .networks,
            .scope, .claims, .outgoing, .operationsListener, .fileMode, .redisKey:
            false
        }
    }

    private static func variableByte(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "."): UInt8(ascii: "_")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
        default: byte
        }
    }
}

/// What a number counts.
package enum ConfigurationUnit: String, Sendable {
    case none = ""
    case bytes = "bytes"
    case seconds = "s"
    case milliseconds = "ms"
}

/// The values a key takes; `ConfigurationValue` reads them.
package enum ConfigurationKind: Equatable, Sendable {
    /// Decimal digits.
    case integer(ClosedRange<Int>, in: ConfigurationUnit = .none)
    /// Decimal digits, or the word of an `EventLoops`.
    case eventLoops(ClosedRange<Int>)
    /// A decimal number in `unit` with at most three decimals; the bounds are thousandths of it.
    case duration(thousandths: ClosedRange<Int>, in: ConfigurationUnit)
    /// `on` or `off`.
    case toggle
    /// One of these words.
    case choice([String])
    /// Some of these words, with a space between each two.
    case words([String])
    /// Text without control characters.
    case text(bytesMax: Int)
    /// An IP address, or a name for one.
    case host
    /// IP addresses, and networks such as `10.0.0.0/8`.
    case networks(countMax: Int)
    /// Scope-tokens of RFC 6749 §3.3 with one space between each two.
    case scope
    /// Names of claims, in the form that they have here.
    case claims(ClaimSyntax)
    /// Where outgoing requests may go, in the form that is used here.
    case outgoing(OutgoingSyntax)
    /// A key for HMAC-SHA256: any bytes.
    case secret
    /// What another service knows churnd by: any bytes.
    case password
    /// As `RedisEndpoint` reads it.
    case redisURL
    /// The name of a key in Redis that no caller can cause to exist.
    case redisKey
    /// `host:port`, `unix:/path` or `off`.
    case operationsListener
    /// Three octal digits.
    case fileMode

    /// What is accepted, for messages and Docs.
    package var wanted: String {
        switch self {
        case .integer(let range, in: _):
            "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .eventLoops(let range):
            "`auto`, `cores` or an integer from \(range.lowerBound) to \(range.upperBound)"
        case .duration(thousandths: let range, in: _):
            "a number from \(ConfigurationKind.decimal(range.lowerBound))"
                + " to \(ConfigurationKind.decimal(range.upperBound))"
        case .toggle: "on or off"
        case .choice(let words): words.joined(separator: " or ")
        case .words(let words):
            "some of \(words.joined(separator: ", ")), each once, with a space between each two"
        case .text(let bytesMax): "1 to \(bytesMax) bytes without control characters"
        case .host: "an IP address or a host name"
        case .networks(let countMax):
            "1 to \(countMax) of IP address or network/prefix, with a space between each two, no "
                + "bits beyond a prefix, IPv4 not as ::ffff:…"
        case .scope: "scopes with a space between, 1 to \(ConfigurationLimits.scopeBytesMax) bytes"
        case .claims(.name): "the name of a claim, 1 to \(TokenClaimNames.nameBytesMax) bytes"
        case .claims(.paths):
            "1 to \(TokenClaimNames.scopePathsMax) names of claims or dotted paths, with a space "
                + "between each two"
        case .claims(.requirements):
            "1 to \(RequiredClaim.countMax) of claim or claim=value, with a space between each two"
        case .outgoing(.networks):
            "1 to \(ConfigurationLimits.outgoingNetworksMax) networks such as 10.0.0.0/8 or "
                + "fd00::/8, with a space between each two"
        case .outgoing(.ports):
            "1 to \(ConfigurationLimits.outgoingPortsMax) ports, with a space between each two"
        case .secret:
            "\(ConfigurationLimits.secretBytesMin) to \(ConfigurationLimits.secretBytesMax) bytes"
        case .password: "1 to \(ConfigurationLimits.passwordBytesMax) bytes"
        case .redisKey:
            "1 to \(ConfigurationLimits.redisKeyBytesMax) bytes without control characters that "
                + "do not begin with \(AdmissionKeys.quota), \(AdmissionKeys.revocation) or "
                + "\(AdmissionKeys.revokedBefore)"
        case .redisURL:
            "redis://[user:password@]host[:port][/db], rediss://…, redis+sentinel://…, "
                + "rediss+sentinel://… or redis+unix://…"
        case .operationsListener: "host:port, unix:/path or off"
        case .fileMode: "three octal digits"
        }
    }

    /// What its numbers count.
    package var unit: ConfigurationUnit {
        switch self {
        case .integer(_, in: let unit), .duration(thousandths: _, in: let unit): unit
        case .eventLoops, .toggle, .choice, .words, .text, .host, .networks, .scope, .claims,
            .outgoing, .secret, .password, .redisURL, .operationsListener, .fileMode, .redisKey:
            .none
        }
    }

    /// Thousandths as a decimal number without trailing zeros: 1500 is `1.5`.
    private static func decimal(_ thousandths: Int) -> String {
        let fraction = thousandths % 1000
        if fraction == 0 { return String(thousandths / 1000) }
        var digits = String(1000 + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(thousandths / 1000).\(digits)"
    }
}

/// How a key spells claims.
package enum ClaimSyntax: Sendable {
    case name
    /// Of `TokenClaimNames.paths`.
    case paths
    /// Of `RequiredClaim.list`.
    case requirements
}

/// How a key spells where outgoing requests may go.
package enum OutgoingSyntax: Sendable {
    case networks
    case ports
}

/// The bounds of configuration itself.
package enum ConfigurationLimits {
    /// Of the file of keys.
    package static let fileBytesMax = 65_536
    /// RFC 7518 §3.2: a key for HS256 has at least as many bits as the hash.
    package static let secretBytesMin = 32
    package static let secretBytesMax = 4096
    package static let redisURLBytesMax = 4096
    package static let passwordBytesMax = 1024
    package static let redisKeyBytesMax = 256
    /// Of the files in `jwt.keys`.
    package static let tokenKeysMax = 64
    /// Of `quota.limit` and the quotas in the file of roles.
    static let quotaLimitMax = 100_000
    /// Admissions that one run of the script in Redis may add for a request.
    package static let batchRowsMax = 5000
    package static let hostBytesMax = 253
    package static let networksBytesMax = 4096
    package static let scopeBytesMax = 256
    package static let claimsBytesMax = 1024
    package static let outgoingNetworksMax = 64
    package static let outgoingPortsMax = 16
    package static let outgoingBytesMax = 4096
    package static let operationsListenerBytesMax = 512
    /// Admission times that the store in memory may come to hold: 8 bytes each, so 800 MB.
    package static let memoryAdmissionsMax = 100_000_000
}
