using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace DxyOrleans.Feeds.Http;

/// <summary>
/// Asking a vendor over HTTP: what goes wrong is told as a loss, in one line in which neither a key nor an address with a key stands.
/// Asks once; who asked decides
/// when to ask again.
/// </summary>
sealed class FeedHttp(string vendor, TimeSpan patience, params string[] keys) : IDisposable
{
    // Of an answer that is no success only its beginning is of interest.
    const int ErrorBytes = 4_096;

    static readonly TimeSpan Connect = TimeSpan.FromSeconds(10);
    static readonly TimeSpan AfterRateLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan MaxAsked = TimeSpan.FromHours(1);

    readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            ConnectTimeout = Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
            // A key in a header isn't carried to wherever we are sent.
            AllowAutoRedirect = false,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Asks, and hands over a successful answer whose head has come; its content is the caller's to read.</summary>
    /// <exception cref="FeedException">There was none.</exception>
    public async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(patience);
        try
        {
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            using (answer)
            {
                throw new FeedException(LossOf(answer, await BeginningAsync(answer, limited.Token)));
            }
        }
        catch (Exception fault) when (LossOf(fault, cancellation) is { } loss)
        {
            throw new FeedException(loss, fault);
        }
    }

    /// <summary>Asks for JSON.</summary>
    /// <exception cref="FeedException">There was none.</exception>
    public async Task<JsonDocument> AskJsonAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(patience);
        using var answer = await AskAsync(request, cancellation);
        try
        {
            await using var content = await answer.Content.ReadAsStreamAsync(limited.Token);
            return await JsonDocument.ParseAsync(content, cancellationToken: limited.Token);
        }
        catch (JsonException fault)
        {
            throw new FeedException(new FeedLoss(FeedLossReason.Protocol, $"{vendor} answered with something that is no JSON"), fault);
        }
        catch (Exception fault) when (LossOf(fault, cancellation) is { } loss)
        {
            throw new FeedException(loss, fault);
        }
    }

    /// <summary>What a fault of the connection means; null for what isn't one, or was asked for.</summary>
    public FeedLoss? LossOf(Exception fault, CancellationToken asked) =>
        fault switch
        {
            OperationCanceledException when asked.IsCancellationRequested => null,
            OperationCanceledException => new FeedLoss(
                FeedLossReason.Silent,
                $"{vendor} did not answer within {patience.TotalSeconds:0} s"
            ),
            HttpRequestException or IOException => new FeedLoss(FeedLossReason.Broken, $"{vendor}: {FeedKey.Clean(fault.Message, keys)}"),
            _ => null,
        };

    public void Dispose() => _client.Dispose();

    FeedLoss LossOf(HttpResponseMessage answer, string body)
    {
        var code = (int)answer.StatusCode;
        var what = string.Create(
            CultureInfo.InvariantCulture,
            $"{vendor} answered {code}{(body.Length > 0 ? ": " : "")}{FeedKey.Clean(body, keys)}"
        );
        return code switch
        {
            401 or 403 => FeedLoss.Refused(what),
            429 => new FeedLoss(FeedLossReason.RateLimited, what, AskedWait(answer) ?? AfterRateLimit),
            408 or >= 500 => new FeedLoss(FeedLossReason.Unavailable, what, AskedWait(answer)),
            _ => new FeedLoss(FeedLossReason.Protocol, what, FeedLoss.UntilMended),
        };
    }

    static TimeSpan? AskedWait(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter is not { } after ? null
        : after.Delta is { } delta ? (delta < MaxAsked ? delta : MaxAsked)
        : AfterRateLimit;

    // JSON says it in one of a few places; HTML says nothing worth repeating.
    static async Task<string> BeginningAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[ErrorBytes];
        var text = Encoding.UTF8.GetString(bytes, 0, await content.ReadAtLeastAsync(bytes, bytes.Length, false, cancellation)).Trim();
        if (text.StartsWith('<'))
        {
            return "a page of HTML";
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var name in new[] { "error", "message", "errorMessage" })
            {
                if (json.RootElement.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String)
                {
                    return said.GetString()!;
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Cut off, or no object: as it is.
        }

        return text;
    }
}
