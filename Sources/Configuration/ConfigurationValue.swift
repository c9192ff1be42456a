internal import Access
internal import Bytes
internal import JWT
internal import OperationsAPI
internal import POSIX
internal import Redis

/// A value that its key accepts.
enum ConfigurationValue: Sendable {
    case integer(Int)
    case eventLoops(EventLoops)
    case duration(Duration)
    case toggle(Bool)
    case text(String)
    case networks([Network])
    case secret(Secret)
    case redis(RedisEndpoint)
    /// Nil: off.
    case operations(OperationsAddress?)
}

/// Why a value is refused. `found` is fit to be shown: it holds nothing of a secret.
struct UnacceptableValue: Error, Equatable {
    let found: String
    let wanted: String
}

extension ConfigurationKind {
    /// Reads a value as a file, a variable or a flag gives it; white space is part of it.
    func value(of bytes: [UInt8]) throws(UnacceptableValue) -> ConfigurationValue {
        switch self {
        case .secret:
            let secret = Secret(bytes)
            try checkLength(of: secret)
            return .secret(secret)
        case .password:
            guard 1...ConfigurationLimits.passwordBytesMax ~= bytes.count else {
                throw UnacceptableValue(found: "\(bytes.count) bytes", wanted: wanted)
            }
            return .secret(Secret(bytes))
        case .redisURL:
            do throws(RedisURLError) {
                return .redis(try RedisEndpoint(parsing: bytes))
            } catch {
                throw UnacceptableValue(found: error.description, wanted: wanted)
            }
        case .operationsListener: return .operations(try operations(bytes))
        case .integer, .eventLoops, .duration, .toggle, .choice, .words, .text, .host, .networks,
            .scope, .claims, .outgoing, .fileMode, .redisKey:
            guard let value = plainValue(of: bytes) else {
                throw UnacceptableValue(found: ShownText.quoted(bytes), wanted: wanted)
            }
            return value
        }
    }

    /// Whether a value is one of this kind; why it is not does not matter here.
    package func accepts(_ text: String) -> Bool {
        (try? value(of: Array(text.utf8))) != nil
    }

    private func plainValue(of bytes: [UInt8]) -> ConfigurationValue? {
        switch self {
        case .integer(let range, in: _): number(bytes, in: range).map { .integer($0) }
        case .eventLoops(let range):
            switch text(bytes, bytesMax: 5) {
            case "auto": .eventLoops(.auto)
            case "cores": .eventLoops(.cores)
            case _: number(bytes, in: range).map { .eventLoops(.count($0)) }
            }
        case .duration(thousandths: let range, in: let unit):
            duration(bytes, thousandths: range, in: unit)
        case .toggle:
            switch text(bytes, bytesMax: 3) {
            case "on": .toggle(true)
            case "off": .toggle(false)
            case _: nil
            }
        case .choice(let words):
            words.first { $0.utf8.elementsEqual(bytes) }.map { .text($0) }
        case .words(let words):
            text(bytes, bytesMax: ConfigurationLimits.scopeBytesMax)
                .flatMap { areWords($0, of: words) ? .text($0) : nil }
        case .text(let bytesMax): text(bytes, bytesMax: bytesMax).map { .text($0) }
        case .host:
            bytes.allSatisfy(ASCII.isHost)
                ? text(bytes, bytesMax: ConfigurationLimits.hostBytesMax).map { .text($0) } : nil
        case .networks(let countMax):
            text(bytes, bytesMax: ConfigurationLimits.networksBytesMax)
                .flatMap { networks($0, countMax: countMax) }.map { .networks($0) }
        case .scope:
            isScope(bytes)
                ? text(bytes, bytesMax: ConfigurationLimits.scopeBytesMax).map { .text($0) } : nil
        case .claims(let syntax):
            text(bytes, bytesMax: ConfigurationLimits.claimsBytesMax)
                .flatMap { syntax.accepts($0) ? .text($0) : nil }
        case .outgoing(let syntax):
            text(bytes, bytesMax: ConfigurationLimits.outgoingBytesMax)
                .flatMap { syntax.accepts($0) ? .text($0) : nil }
        case .redisKey:
            // A caller's first prediction makes `quota:<sub>`, and a `blacklist:` key would revoke
            // a token by accident.
            bytes.starts(with: "\(AdmissionKeys.quota)".utf8)
                || bytes.starts(with: "\(AdmissionKeys.revocation)".utf8)
                || bytes.starts(with: "\(AdmissionKeys.revokedBefore)".utf8)
                ? nil
                : text(bytes, bytesMax: ConfigurationLimits.redisKeyBytesMax).map { .text($0) }
        case .fileMode:
            bytes.count == 3 && bytes.allSatisfy { (0x30...0x37).contains($0) }
                ? .integer(bytes.reduce(0) { $0 << 3 | Int($1 & 7) }) : nil
        case .secret, .password, .redisURL, .operationsListener: nil
        }
    }

    /// Nil: off.
    private func operations(_ bytes: [UInt8]) throws(UnacceptableValue) -> OperationsAddress? {
        let found = ShownText.quoted(bytes)
        let bytesMax = ConfigurationLimits.operationsListenerBytesMax
        guard let text = text(bytes, bytesMax: bytesMax) else {
            throw UnacceptableValue(found: found, wanted: wanted)
        }
        if text == "off" { return nil }
        do throws(OperationsAddressError) {
            return try OperationsAddress(parsing: text)
        } catch {
            // The form of such a path is right, so that `wanted` would not say what is wrong.
            guard case .path(.pathTooLong(let count, let countMax)) = error else {
                throw UnacceptableValue(found: found, wanted: wanted)
            }
            throw UnacceptableValue(
                found: "\(found): a path of \(count) bytes",
                wanted: "at most \(countMax) for a Unix socket")
        }
    }

    /// Of a key of the kind `secret`.
    func checkLength(of secret: Secret) throws(UnacceptableValue) {
        let range = ConfigurationLimits.secretBytesMin...ConfigurationLimits.secretBytesMax
        let (count, stray) = secret.withBytes { ($0.count, StrayBytes(around: $0)) }
        guard range.contains(count) else {
            throw UnacceptableValue(
                found: "\(count) bytes" + (stray.map { ", with \($0)" } ?? ""), wanted: wanted)
        }
    }

    private func number(_ bytes: [UInt8], in range: ClosedRange<Int>) -> Int? {
        guard let number = Int(decimal: bytes), range.contains(number) else { return nil }
        return number
    }

    private func duration(
        _ bytes: [UInt8], thousandths range: ClosedRange<Int>, in unit: ConfigurationUnit
    ) -> ConfigurationValue? {
        let parts = bytes.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Int(decimal: parts[0]), whole <= range.upperBound / 1000 else {
            return nil
        }
        var thousandths = whole * 1000
        if parts.count == 2 {
            guard parts[1].count <= 3, let digits = Int(decimal: parts[1]) else { return nil }
            thousandths += digits * [100, 10, 1][parts[1].count - 1]
        }
        guard range.contains(thousandths) else { return nil }
        return unit == .milliseconds
            ? .duration(.microseconds(thousandths)) : .duration(.milliseconds(thousandths))
    }

    private func networks(_ text: String, countMax: Int) -> [Network]? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let networks = words.compactMap { word in
            let address = IPAddress(parsing: Array(word.utf8).span)
            return address.map { Network(of: $0, text: String(word)) } ?? Network(String(word))
        }
        // An address that maps one of IPv4 is compared as that, so such a network would be empty.
        let isUsable = networks.allSatisfy { !$0.description.hasPrefix("::ffff:") }
        return networks.count == words.count && words.count <= countMax && isUsable
            ? networks : nil
    }

    private func areWords(_ text: String, of words: [String]) -> Bool {
        let found = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        return Set(found).count == found.count && found.allSatisfy(words.contains)
    }

    private func text(_ bytes: [UInt8], bytesMax: Int) -> String? {
        guard (1...bytesMax).contains(bytes.count), !bytes.contains(where: ASCII.isControl) else {
            return nil
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension ClaimSyntax {
    /// Whether a text is of this form; what is wrong with it is not asked for.
    fileprivate func accepts(_ text: String) -> Bool {
        switch self {
        case .name: (try? TokenClaimNames.name(text)) != nil
        case .paths: (try? TokenClaimNames.paths(text)) != nil
        case .requirements: (try? RequiredClaim.list(text)) != nil
        }
    }
}

/// RFC 6749 §3.3: scope-tokens with one space between each two; the text stands between quotes in
/// WWW-Authenticate.
private func isScope(_ bytes: [UInt8]) -> Bool {
    let tokens = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    return tokens.allSatisfy { token in
        !token.isEmpty
            && token.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"")
                    && byte != UInt8(ascii: "\\")
            }
    }
}
