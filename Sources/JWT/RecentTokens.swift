internal import Bytes

/// Tokens that were verified before, so that one that comes again, byte for byte, costs a
/// comparison instead of a signature. The check of a token was a tenth of a prediction's CPU.
///
/// They lie in two generations of bounded size. A new token, or an old one that comes again, joins
/// the younger; when that is full it becomes the older, and the older is dropped. Only tokens that
/// were accepted get in, and their times have to be checked at every use.
package struct RecentTokens {
    package struct Limits: Sendable {
        /// Longer tokens are verified each time.
        package var tokenBytesMax: Int
        /// Tokens of a generation.
        package var countMax: Int
        /// What the tokens of a generation may have together.
        package var bytesMax: Int

        package init(tokenBytesMax: Int, countMax: Int, bytesMax: Int) {
            self.tokenBytesMax = tokenBytesMax
            self.countMax = countMax
            self.bytesMax = bytesMax
        }

        /// A token of 250 bytes takes about 750 with what is known of it: 6 MB a generation.
        package static let standard = Limits(
            tokenBytesMax: 1024, countMax: 8192, bytesMax: 4 << 20)
    }

    package final class Entry {
        private let text: [UInt8]
        package let token: VerifiedToken
        package let times: TokenTimes

        fileprivate init(text: [UInt8], token: VerifiedToken, times: TokenTimes) {
            self.text = text
            self.token = VerifiedToken(remembering: token)
            self.times = times
        }

        fileprivate func isOf(_ token: Span<UInt8>) -> Bool {
            let text = text
            return text.span.equals(token)
        }

        fileprivate var byteCount: Int {
            text.count + token.subject.count + (token.tokenID?.count ?? 0)
                + (token.signedPart?.count ?? 0) + (token.boundCertificate?.count ?? 0)
        }
    }

    private let limits: Limits
    /// By the hash of the token. One whose hash another has too takes its place.
    private var younger: [UInt64: Entry] = [:]
    private var older: [UInt64: Entry] = [:]
    private var youngerBytes = 0
    private let key = UInt64.random(in: .min ... .max)

    package init(limits: Limits = .standard) { self.limits = limits }

    package var count: Int { younger.count + older.count }

    /// What is known of a token; nil when it has not been here, or was dropped.
    package mutating func find(_ token: Span<UInt8>) -> Entry? {
        guard token.count <= limits.tokenBytesMax else { return nil }
        let hash = token.quickHash(key: key)
        if let entry = younger[hash] { return entry.isOf(token) ? entry : nil }
        guard let entry = older[hash], entry.isOf(token) else { return nil }
        insert(entry, hash)
        return entry
    }

    /// Keeps a token that was accepted.
    package mutating func insert(
        _ text: Span<UInt8>, _ token: VerifiedToken, _ times: TokenTimes
    ) {
        guard text.count <= limits.tokenBytesMax else { return }
        insert(
            Entry(text: Array(copying: text), token: token, times: times),
            text.quickHash(key: key))
    }

    /// Forgets a token that will not be accepted again.
    package mutating func remove(_ token: Span<UInt8>) {
        let hash = token.quickHash(key: key)
        if let entry = younger[hash], entry.isOf(token) {
            youngerBytes -= entry.byteCount
            younger[hash] = nil
        }
        if let entry = older[hash], entry.isOf(token) { older[hash] = nil }
    }

    private mutating func insert(_ entry: Entry, _ hash: UInt64) {
        if younger.count == limits.countMax || youngerBytes + entry.byteCount > limits.bytesMax {
            older = younger
            younger = [:]
            youngerBytes = 0
        }
        youngerBytes += entry.byteCount - (younger[hash]?.byteCount ?? 0)
        younger[hash] = entry
    }
}
