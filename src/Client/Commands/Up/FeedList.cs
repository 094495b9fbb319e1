using DxyOrleans.Client.Cli;
using DxyOrleans.Feeds;

namespace DxyOrleans.Client.Commands.Up;

/// <summary>The feeds that there are, and what each can do without paying.</summary>
internal static class FeedList
{
    public static void Write(Session session)
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.feeds/1");
            document.Json.WriteStartArray("feeds");
            foreach (var feed in FeedCatalog.All)
            {
                document.Json.WriteStartObject();
                document.Json.WriteString("name", feed.Name);
                document.Json.WriteString("free", feed.Free);
                document.Json.WriteString("needs", feed.Needs);
                document.Json.WriteEndObject();
            }

            document.Json.WriteEndArray();
            return;
        }

        var table = new TextTable("feed", "without paying", "needs");
        foreach (var feed in FeedCatalog.All)
        {
            table.Add(feed.Name, feed.Free, feed.Needs);
        }

        table.Write(session.Out);
    }
}
