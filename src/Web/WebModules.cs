namespace DxyOrleans.Web;

/// <summary>Parts that have a folder of their own and can be taken away with it: a call of one that was is compiled away.</summary>
static partial class WebModules
{
    public static void Add(IServiceCollection services) => AddMigrations(services);

    public static void Map(RouteGroupBuilder reading, RouteGroupBuilder acting) => MapMigrations(reading, acting);

    static partial void AddMigrations(IServiceCollection services);

    static partial void MapMigrations(RouteGroupBuilder reading, RouteGroupBuilder acting);
}
