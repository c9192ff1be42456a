internal import Bytes

/// `uri-host [ ":" port ]`, as Host and the absolute-form of a target have it (RFC 9110 §7.2, RFC
/// 3986 §3.2). A user name before it is refused (RFC 9110 §4.2.4).
enum Authority {
    static let portMax = 65535

    static func isValid(_ text: Span<UInt8>) -> Bool {
        guard !text.isEmpty else { return false }
        if text[0] == ASCII.leftBracket {
            for i in 1..<text.count where text[i] == ASCII.rightBracket {
                return isIPv6Address(text.extracting(1..<i))
                    && isEmptyOrPort(text.extracting(i + 1..<text.count))
            }
            return false
        }
        for i in 0..<text.count where text[i] == ASCII.colon {
            return isRegisteredName(text.extracting(0..<i))
                && isEmptyOrPort(text.extracting(i..<text.count))
        }
        return isRegisteredName(text)
    }

    /// RFC 3986 §3.2.2. Every IPv4 address is one, too. Empty ones, which name no host, are
    /// refused.
    private static func isRegisteredName(_ text: Span<UInt8>) -> Bool {
        var escapeDigitsLeft = 0
        for i in 0..<text.count {
            if escapeDigitsLeft > 0 {
                guard ASCII.hexadecimalValue(text[i]) != nil else { return false }
                escapeDigitsLeft -= 1
            } else if text[i] == ASCII.percent {
                escapeDigitsLeft = 2
            } else {
                guard ASCII.isRegisteredName(text[i]) else { return false }
            }
        }
        return !text.isEmpty && escapeDigitsLeft == 0
    }

    /// Nothing, or a colon and digits, which may be missing (RFC 3986 §3.2.3).
    private static func isEmptyOrPort(_ text: Span<UInt8>) -> Bool {
        guard !text.isEmpty else { return true }
        guard text[0] == ASCII.colon else { return false }
        var port = 0
        for i in 1..<text.count {
            guard ASCII.isDigit(text[i]) else { return false }
            port = port * 10 + Int(text[i] - ASCII.digit0)
            guard port <= portMax else { return false }
        }
        return true
    }

    /// RFC 3986 §3.2.2 `IPv6address`: eight groups, the last two of them perhaps as an IPv4
    /// address, where one `::` stands for at least one group.
    private static func isIPv6Address(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var hasGap = false
        var isAfterGroup = false
        var i = 0
        while i < text.count {
            if text[i] == ASCII.colon {
                let isDouble = i + 1 < text.count && text[i + 1] == ASCII.colon
                if isDouble {
                    guard !hasGap else { return false }
                    hasGap = true
                    isAfterGroup = false
                    i += 2
                    continue
                }
                // A single colon stands between two groups only.
                guard isAfterGroup, i + 1 < text.count else { return false }
                i += 1
            }
            let start = i
            while i < text.count, ASCII.hexadecimalValue(text[i]) != nil { i += 1 }
            if i < text.count, text[i] == ASCII.dot {
                guard isIPv4Address(text.extracting(start..<text.count)) else { return false }
                groups += 2
                i = text.count
                break
            }
            guard i - start >= 1, i - start <= 4 else { return false }
            groups += 1
            isAfterGroup = true
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    /// Four numbers from 0 to 255 without leading zeros (RFC 3986 §3.2.2 `dec-octet`).
    private static func isIPv4Address(_ text: Span<UInt8>) -> Bool {
        var octets = 0
        var digits = 0
        var value = 0
        for i in 0...text.count {
            if i < text.count, ASCII.isDigit(text[i]) {
                guard digits == 0 || value > 0 else { return false }
                value = value * 10 + Int(text[i] - ASCII.digit0)
                digits += 1
                guard value <= 255 else { return false }
            } else {
                guard digits > 0, i == text.count || text[i] == ASCII.dot else { return false }
                octets += 1
                digits = 0
                value = 0
            }
        }
        return octets == 4
    }
}
