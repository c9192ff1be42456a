internal import ArgumentParser
internal import JWT
internal import POSIX

/// `churnctl token inspect`: what a token says, and whether churnd would take it.
struct TokenInspect: ParsableCommand {
    /// Twice what churnd takes in an Authorization field, so that a token that is too long for it
    /// can still be looked into.
    static let tokenBytesMax = 16_384

    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Print what a token says and whether it is valid.",
        discussion: """
            Exits with 0 only for a token that is valid and whose signature was verified, else \
            with 1; so also where no secret is configured.
            """)

    @Argument(
        help: ArgumentHelp(
            "The token; standard input holds it where this is - or missing.", valueName: "token"))
    var token = "-"

    @Option(help: ArgumentHelp("The issuer that is wanted.", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("The audience that is wanted.", valueName: "name"))
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "The scopes that are wanted, with a space between each two.",
            valueName: "scopes"))
    var scope: String?

    @Option(help: ArgumentHelp("By how much clocks may differ.", valueName: "seconds"))
    var leeway = 30

    @OptionGroup var secretOptions: TokenSecretOptions

    func run() throws {
        let rules: TokenRules
        do throws(TokenRulesError) {
            rules = try TokenRules(
                leewaySeconds: leeway, issuer: issuer, audience: audience, scope: scope)
        } catch {
            throw ValidationError(error.description)
        }
        let keys = try secretOptions.secret().map { try SigningKeys(secret: $0) }
        let report = TokenReport(
            of: try tokenBytes(), keys: keys, rules: rules,
            nowUnixMilliseconds: Clock.unixMilliseconds())
        let text = report.lines.joined(separator: "\n") + "\n"
        guard StandardStream.output.write(Array(text.utf8).span), report.isValid else {
            throw ExitCode.failure
        }
    }

    /// The token without the white space around it that pipes and copies bring along.
    private func tokenBytes() throws -> [UInt8] {
        let bytes =
            token == "-"
            ? try StandardInput.readAll(bytesMax: TokenInspect.tokenBytesMax) : Array(token.utf8)
        guard bytes.count <= TokenInspect.tokenBytesMax else {
            throw ValidationError("token: larger than \(TokenInspect.tokenBytesMax) bytes")
        }
        let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { throw ValidationError("token: empty, wanted one") }
        return Array(bytes[first...last])
    }
}
