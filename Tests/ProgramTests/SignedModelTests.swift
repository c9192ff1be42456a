import Bundle
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `model.signers`: only bundles that were signed with minisign serve.
    @Suite struct SignedModelTests {
        private let directory: TemporaryDirectory
        private let versions: ModelVersions
        private let minisign: Minisign
        private let signers: String

        init() throws {
            directory = try TemporaryDirectory()
            versions = try ModelVersions(["1", "2"], from: .logistic)
            minisign = try Minisign()
            signers = directory.path(of: "signers")
            try name(minisign)
            try minisign.sign(versions.path("1", .manifest))
        }

        /// Makes one key the only one that may sign.
        private func name(_ signer: Minisign) throws {
            let key = try Files.read(signer.publicKeyPath, bytesMax: 1000)
            try Files.writeAtomically(key.span, to: signers)
        }

        private func start() throws -> ChurndProcess {
            var flags = ChurndProcess.onSocket(in: directory)
            flags["model.path"] = versions.path
            flags["model.signers"] = signers
            flags["model.watch"] = "0"
            return try ChurndProcess(flags)
        }

        private func served(_ churnd: ChurndProcess) throws -> String? {
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            return try churnd.client().exchange(request).member("model_version")?.asString
        }

        @Test func `an unsigned version is not activated until it is signed`() throws {
            let churnd = try start()
            #expect(
                try churnd.log("model loaded", count: 1)[0]["signer"]?.asString == minisign.keyID)
            let refused = try churnd.operations(.activate("2"))
            #expect(refused.status == 422)
            #expect(
                refused.member("detail")?.asString?
                    .hasSuffix("expected a signature by one of model.signers") == true)
            #expect(try served(churnd) == "telco-logistic/1")
            #expect(try versions.active() == "1\n")
            try minisign.sign(versions.path("2", .manifest))
            #expect(try churnd.operations(.activate("2")).status == 200)
            #expect(try served(churnd) == "telco-logistic/2")
        }

        @Test func `a signer who was taken out signs nothing that is loaded from then on`() throws {
            let churnd = try start()
            try minisign.sign(versions.path("2", .manifest))
            try name(try Minisign())
            let refused = try churnd.operations(.activate("2"))
            #expect(refused.status == 422)
            #expect(refused.text.contains("signed by the key \(try minisign.keyID), expected"))
            #expect(try served(churnd) == "telco-logistic/1")
        }

        @Test func `churnd does not start with an unsigned bundle, and doctor says why`() throws {
            #expect(unlink(versions.path("1", .manifest) + ".minisig") == 0)
            let flags = ["--model.path=\(versions.path)", "--model.signers=\(signers)"]
            let environment = ["JWT_SECRET": ChurndProcess.secret]
            let churnd = try ChildProcess(
                BuiltProgram.churnd, flags + ["--store=memory", "--http.port=0"],
                environment: environment)
            #expect(try churnd.waitForExit() == .code(1))
            let reason = "expected a signature by one of model.signers"
            #expect(churnd.errors.contains(reason))
            let doctor = try ChildProcess(
                BuiltProgram.churnctl, ["doctor"] + flags + ["--store=memory"],
                environment: environment)
            #expect(try doctor.waitForExit() == .code(1))
            #expect(doctor.output.contains("FAIL  model: \(versions.path) refused: "))
            #expect(doctor.output.contains(reason))
        }

        @Test func `model verify looks at the signature where it is given the signers`() throws {
            func verify(_ version: String) throws -> ChildProcess {
                try ChildProcess(
                    BuiltProgram.churnctl,
                    ["model", "verify", "\(versions.path)/\(version)", "--signers", signers])
            }
            let signed = try verify("1")
            #expect(try signed.waitForExit() == .code(0))
            #expect(signed.output.hasSuffix(", signed by \(try minisign.keyID)\n"))
            let unsigned = try verify("2")
            #expect(try unsigned.waitForExit() == .code(70))
            #expect(unsigned.errors.contains("expected a signature by one of model.signers"))
            #expect(unlink(signers) == 0)
            #expect(try verify("1").waitForExit() == .code(66))
        }
    }
}
