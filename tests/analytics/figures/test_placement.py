"""Names at the ends of curves lie on no curve and on no other name."""

from itertools import combinations

from analytics.figures.placement import Name, corners, placed

WIDTH, HEIGHT = 300, 200


def name(*points, wide=50, tall=14):
    return Name(corners(list(points)), wide, tall)


def test_a_name_stands_right_of_an_end_inside_the_plot():
    (place,) = placed([name((0, 0), (100, 80))], WIDTH, HEIGHT)

    assert place.inside and place.anchor == "left" and place.y == 80


def test_a_curve_to_the_right_edge_is_named_outside():
    (place,) = placed([name((0, 0), (295, 80))], WIDTH, HEIGHT)

    assert not place.inside and (place.x, place.y) == (305, 80)


def test_a_name_avoids_the_curve_that_passes_its_end():
    short, long = placed([name((0, 0), (100, 80)), name((0, 0), (90, 78), (298, 84))], WIDTH, HEIGHT)

    assert short.inside and short.anchor == "right"
    assert not short.box.meets(long.box) and (short.box.bottom <= 78 or short.box.top >= 84)


def test_a_name_without_room_goes_to_the_edge():
    crowded = [name((0, 0), (20, 8), wide=80), name((0, 20), (299, 20)), name((0, 4), (299, 4))]

    assert not placed(crowded, WIDTH, HEIGHT)[0].inside


def test_names_at_the_edge_are_moved_apart():
    names = [name((0, 0), (299, y)) for y in (50, 52, 54, 198, 199)]

    places = placed(names, WIDTH, HEIGHT)

    assert not any(one.box.meets(other.box) for one, other in combinations(places, 2))
    assert [place.y for place in places] == sorted(place.y for place in places)
    assert places[-1].box.bottom <= HEIGHT + 10
