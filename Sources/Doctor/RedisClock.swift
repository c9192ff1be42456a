/// How Redis' clock and this machine's differ. Quotas go by the one, tokens by the other, and a
/// revocation that is to end with its token is counted on Redis'.
package struct RedisClock {
    /// More than this is no matter of the network.
    package static let offsetMillisecondsMax: Int64 = 1000

    /// What Redis' clock is ahead of this machine's; negative when it is behind.
    package let offsetMilliseconds: Int64

    /// - Parameters:
    ///   - unixMilliseconds: what Redis said.
    ///   - before: this machine's time when the question left.
    ///   - after: when the answer was there.
    package init(unixMilliseconds: Int64, before: Int64, after: Int64) {
        offsetMilliseconds = unixMilliseconds - (before + (after - before) / 2)
    }

    /// - Parameter leewaySeconds: `jwt.leeway`.
    package func finding(leewaySeconds: Int) -> DoctorFinding {
        let size = Int64(offsetMilliseconds.magnitude)
        let failing = max(Int64(leewaySeconds) * 1000, RedisClock.offsetMillisecondsMax)
        let direction = offsetMilliseconds < 0 ? "behind" : "ahead of"
        let text = "\(RedisClock.seconds(size)) s \(direction) this machine's"
        let verdict: DoctorFinding.Verdict
        let remark: String
        if size <= RedisClock.offsetMillisecondsMax {
            verdict = .good
            remark = ""
        } else {
            verdict = size <= failing ? .warning : .failure
            remark =
                size <= failing
                ? ": one of them is wrong; tokens go by this machine's, quotas by Redis'"
                : ": more than jwt.leeway (\(leewaySeconds) s); if this machine's is the wrong "
                    + "one, tokens are refused or outlive their end"
        }
        return DoctorFinding(verdict, "redis clock", text + remark)
    }

    /// Milliseconds as seconds with three decimals.
    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())"
    }
}
