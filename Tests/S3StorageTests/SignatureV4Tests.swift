// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import HTTPTransport
import Testing

@testable import S3Storage

/// The published examples of Signature Version 4.
@Suite struct SignatureV4Tests {
    /// From the AWS SigV4 test suite: method, path and query, body type, expected signature.
    @Test(arguments: [
        (HTTPMethod.get, "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (.post, "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            .get, "/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
    ])
    func signsAsTheTestSuite(_ method: HTTPMethod, _ target: String, _ expected: String) throws {
        let credentials = S3Credentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        let signer = SignatureV4(credentials: credentials, region: "us-east-1", service: "service")
        let url = try #require(URL(string: "https://example.amazonaws.com" + target))
        let signed = signer.sign(HTTPRequest(method, url), at: 1_440_938_160)
        #expect(signed.headers["X-Amz-Date"] == "20150830T123600Z")
        #expect(
            signed.headers["Authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, Signature=\(expected)")
    }

    /// From "Signature Calculations for the Authorization Header", Amazon S3 API Reference.
    @Test(arguments: [
        (
            HTTPMethod.get, "/test.txt", ["Range": "bytes=0-9"] as HTTPHeaders, "",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        (
            .put, "/test%24file.text",
            ["Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"]
                as HTTPHeaders,
            "Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        (
            .get, "/?lifecycle", [:] as HTTPHeaders, "",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        (
            .get, "/?max-keys=2&prefix=J", [:] as HTTPHeaders, "",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ])
    func signsAsTheExamplesOfS3(
        _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders, _ body: String, _ expected: String
    ) throws {
        let credentials = S3Credentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        let url = try #require(URL(string: "https://examplebucket.s3.amazonaws.com" + target))
        var request = HTTPRequest(method, url, headers: headers, body: Array(body.utf8))
        request.headers["X-Amz-Content-Sha256"] = Digest(of: body).hexadecimal
        let signed = SignatureV4(credentials: credentials, region: "us-east-1").sign(
            request, at: 1_369_353_600)
        #expect(signed.headers["Authorization"]?.hasSuffix("Signature=" + expected) == true)
    }

    @Test func signsConditionsSessionTokensAndNormalisedValues() throws {
        let credentials = S3Credentials(accessKeyID: "A", secretAccessKey: "S", sessionToken: "T")
        let url = try #require(URL(string: "http://host:9000/bucket/a%2Bb"))
        let request = HTTPRequest(
            .put, url, headers: ["If-None-Match": "*", "x-amz-meta-a": "  two   words "])
        let canonical = SignatureV4(credentials: credentials, region: "r").canonicalRequest(request)
        #expect(canonical.signedHeaders == "host;if-none-match;x-amz-meta-a")
        #expect(
            canonical.text.hasPrefix(
                "PUT\n/bucket/a%2Bb\n\nhost:host:9000\nif-none-match:*\nx-amz-meta-a:two words\n\n"))
        let signed = SignatureV4(credentials: credentials, region: "r").sign(request, at: 0)
        #expect(signed.headers["X-Amz-Security-Token"] == "T")
        #expect(signed.headers["Authorization"]?.contains("x-amz-security-token") == true)
    }

    @Test func secretsAreNeverPrinted() {
        let credentials = S3Credentials(accessKeyID: "A", secretAccessKey: "hidden", sessionToken: "token")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(text.contains("A"))
            #expect(!text.contains("hidden") && !text.contains("token"))
        }
    }

    @Test(arguments: [
        (0.0, "19700101T000000Z"), (1_369_353_600, "20130524T000000Z"), (1_709_209_845, "20240229T123045Z"),
        (4_102_444_799, "20991231T235959Z"),
    ])
    func writesTimes(_ seconds: Double, _ text: String) {
        #expect(AmazonDate.text(of: seconds) == text)
    }

    @Test(
        arguments: [
            ("2013-09-17T18:07:53.000Z", 1_379_441_273.0), ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("2026-11-20T19:37:45.250Z", 1_795_203_465.25), ("2013-09-17 18:07:53Z", nil), ("", nil),
            ("Z", nil),
            ("2013-13-17T18:07:53Z", nil), ("2013-09-17T18:07:53.Z", nil), ("2013-09-17T18:07:53.1e9Z", nil),
            ("éééééééééééééééééééZ", nil),
        ] as [(String, Double?)])
    func readsTimes(_ text: String, _ seconds: Double?) {
        #expect(AmazonDate.read(text) == seconds)
    }

    @Test func encodesAllButUnreservedCharacters() {
        #expect(URLEncoding.encode("a/b+c=@d ~é%", keepingSlashes: true) == "a/b%2Bc%3D%40d%20~%C3%A9%25")
        #expect(URLEncoding.encode("a/b") == "a%2Fb")
    }
}
