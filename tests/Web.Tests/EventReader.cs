using System.Text.Json;

namespace DxyOrleans.Web.Tests;

/// <summary>An event as a browser's EventSource gives it.</summary>
public sealed record ServerEvent(string Name, string Id, JsonElement Data);

/// <summary>Reads a stream of server-sent events as the standard says: fields by line, an empty line ends an event.</summary>
public sealed class EventReader(HttpResponseMessage answer, StreamReader lines) : IAsyncDisposable
{
    public static async Task<EventReader> OpenAsync(HttpClient client, string url, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, WebHouse.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new EventReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(WebHouse.Token)));
    }

    /// <summary>The next event that isn't a ping.</summary>
    public async Task<ServerEvent> NextAsync()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(WebHouse.Token);
        end.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            var fields = new Dictionary<string, string>
            {
                ["event"] = "message",
                ["id"] = "",
                ["data"] = "",
            };
            while (await lines.ReadLineAsync(end.Token) is { Length: > 0 } line)
            {
                var (name, value) = (
                    line[..line.IndexOf(':', StringComparison.Ordinal)],
                    line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]
                );
                fields[name] = value.TrimStart();
            }

            Assert.True(fields["data"].Length > 0, "the stream has ended");
            if (fields["event"] != "ping")
            {
                using var data = JsonDocument.Parse(fields["data"]);
                return new ServerEvent(fields["event"], fields["id"], data.RootElement.Clone());
            }
        }
    }

    public async Task<ServerEvent> NextAsync(string name)
    {
        while (true)
        {
            if (await NextAsync() is var one && one.Name == name)
            {
                return one;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lines.Dispose();
        answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
