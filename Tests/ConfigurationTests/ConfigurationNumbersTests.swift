import Configuration
import TestSupport
import Testing

@Suite struct ConfigurationNumbersTests {
    /// A trap ends the run of all tests, so that coming to the end of the table is tested first.
    @Test func `any number as the value of any key is taken or refused`() {
        var taken = 0
        var refused = 0
        for key in ConfigurationTable.keys {
            for spelling in ExtremeNumbers.spellings {
                for text in [spelling, "0.\(spelling)", "\(spelling).999"] {
                    var environment = [
                        "JWT_SECRET": "0123456789abcdef0123456789abcdef", "CHURND_STORE": "memory",
                    ]
                    environment[key.variable] = text
                    let sources = ConfigurationSources(
                        flags: [], filePath: "/dev/null", environment: environment,
                        files: ConfigurationFiles(
                            read: { _, _ in .success([]) }, names: { _ in .success([]) }))
                    do {
                        _ = try ServiceConfiguration.load(sources, isDevelopment: false)
                        taken += 1
                    } catch {
                        refused += 1
                        #expect(!"\(error)".isEmpty)
                    }
                }
            }
        }
        #expect(taken > 0)
        #expect(refused > 0)
    }
}
