//! Pictures on a disk and from a web server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use super::*;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    RgbaImage::from_pixel(width, height, image::Rgba([1, 2, 3, 200])).write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn picture(file: &[u8]) -> Picture {
    Picture { sha256: hex::encode(Sha256::digest(file)), url: "http://127.0.0.1:9/none".into() }
}

fn kept(file: Vec<u8>) -> (tempfile::TempDir, Pictures, Picture) {
    let data = tempfile::tempdir().unwrap();
    let pictures = Pictures::new(data.path());
    let picture = picture(&file);
    let folder = data.path().join("pictures");
    fs::create_dir(&folder).unwrap();
    assert!(keep(&folder, &picture, |_| Ok(file)).unwrap());
    (data, pictures, picture)
}

#[test]
fn a_picture_is_kept_in_two_sizes_and_shown_at_the_width_that_is_asked_for() {
    let (_data, pictures, picture) = kept(png(2000, 100));
    let size = |width| pictures.image(&picture, width).unwrap().size();
    assert_eq!((size(300).width, size(300).height), (300, 15));
    // Never larger than it is kept.
    assert_eq!((size(5000).width, size(5000).height), (1152, 58));
    assert_eq!(pictures.size(&picture), Some((1152, 58)));
}

#[test]
fn a_picture_that_is_shown_is_made_narrower_without_decoding_it_again() {
    let (data, pictures, picture) = kept(png(900, 450));
    let shown = pictures.unkept(&picture, 900).unwrap();
    fs::remove_dir_all(data.path()).unwrap();
    let narrower = |width| narrower(shown.clone(), width).to_rgba8().unwrap();
    assert_eq!((narrower(300).width(), narrower(300).height()), (300, 150));
    assert_eq!(narrower(300).as_bytes()[..4], [1, 2, 3, 200]);
    assert_eq!(narrower(5000).width(), 900);
}

#[test]
fn what_was_asked_for_last_stays_when_there_is_no_more_room() {
    let (_data, pictures, picture) = kept(png(1152, 512));
    let kept = || pictures.scaled.lock().unwrap().iter().map(|(key, _)| key.1).collect::<Vec<_>>();
    for width in [900, 600, 900, 850] {
        assert!(pictures.image(&picture, width).is_some());
    }
    // 1.4 and 1.3 MB; with the 0.6 MB of the second it would be a little too much.
    assert_eq!(kept(), [900, 850]);
    // Whoever keeps it takes nobody's place.
    assert!(pictures.unkept(&picture, 1152).is_some());
    assert_eq!(kept(), [900, 850]);
    assert!(taken(&pictures.scaled.lock().unwrap()) <= SCALED);
}

#[test]
fn what_is_not_what_was_asked_for_is_not_kept() {
    let data = tempfile::tempdir().unwrap();
    let file = png(8, 4);
    let other = keep(data.path(), &picture(&file), |_| Ok(png(9, 4)));
    assert!(matches!(other, Err(PictureError::Content)), "{other:?}");
    let text = b"no picture".to_vec();
    let none = keep(data.path(), &picture(&text), |_| Ok(text.clone()));
    assert!(matches!(none, Err(PictureError::Decode(_))), "{none:?}");
    let climbing = Picture { sha256: "../../etc/passwd".into(), url: String::new() };
    assert!(matches!(keep(data.path(), &climbing, |_| Ok(Vec::new())), Err(PictureError::Hash)));
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn a_torn_picture_is_missing_and_one_no_longer_offered_is_dropped() {
    let (data, pictures, picture) = kept(png(20, 10));
    let path = data.path().join("pictures").join(&picture.sha256);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(pictures.image(&picture, 10).is_none());
    // And fetched again.
    let folder = data.path().join("pictures");
    assert!(keep(&folder, &picture, |_| Ok(png(20, 10))).unwrap());
    assert!(!keep(&folder, &picture, |_| panic!("it is there")).unwrap());
    assert!(pictures.image(&picture, 10).is_some());
    assert!(!pictures.fetch(&[]));
    assert!(!path.exists());
}

#[test]
fn a_full_folder_takes_no_more_and_what_it_has_is_shown() {
    let (data, pictures, picture) = kept(png(20, 10));
    let folder = data.path().join("pictures");
    // Without a byte on the disk.
    fs::File::create(folder.join("large")).unwrap().set_len(MAX_FOLDER).unwrap();
    let file = png(21, 10);
    let other = self::picture(&file);
    let full = keep(&folder, &other, |_| Ok(file));
    assert!(matches!(&full, Err(error @ PictureError::Full) if error.is_everywhere()), "{full:?}");
    assert!(pictures.image(&picture, 10).is_some() && pictures.image(&other, 10).is_none());
}

#[test]
fn five_hundred_models_have_their_pictures() {
    let data = tempfile::tempdir().unwrap();
    let pictures: Vec<Picture> = (0..500)
        .map(|number| {
            let file = png(16 + number, 8);
            let picture = picture(&file);
            assert!(keep(data.path(), &picture, |_| Ok(file)).unwrap(), "{number}");
            picture
        })
        .collect();
    assert!(pictures.iter().all(|picture| Kept::read(&data.path().join(&picture.sha256)).is_some()));
    // The sample's largest car stands for those of a real showroom: as pixels, 72 of them would fill the folder.
    let car = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/pictures/models/x9.png")).unwrap();
    let kept = content(car).unwrap();
    assert!(kept.len() as u64 * 500 < MAX_FOLDER, "{}", kept.len());
}

#[test]
fn each_page_decodes_no_more_than_it_draws() {
    let holes = content(png(2000, 10)).unwrap();
    let whole = |x: u32, y: u32| image::Rgba([x.to_le_bytes()[0], y.to_le_bytes()[0], 7, u8::MAX]);
    let mut file = Cursor::new(Vec::new());
    RgbaImage::from_fn(2000, 10, whole).write_to(&mut file, ImageFormat::Png).unwrap();
    for kept in [holes, content(file.into_inner()).unwrap()] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, kept).unwrap();
        let kept = Kept::read(&path).unwrap();
        let sizes = [SMALL, SMALL + 1].map(|width| kept.pixels(width).unwrap().width());
        assert_eq!(sizes, [SMALL, WIDTH]);
    }
}

/// A web server that has these files, and no others.
fn serve(files: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            // The rest of the head.
            let _ = lines.find(String::is_empty);
            let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let file = files.iter().find(|(known, _)| *known == name).map(|(_, file)| file.as_slice());
            let status = if file.is_some() { "200 OK" } else { "404 Not Found" };
            let file = file.unwrap_or_default();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", file.len());
            // Whoever has enough hangs up in the middle.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(file));
        }
    });
    format!("http://{address}")
}

#[test]
fn pictures_that_are_broken_huge_missing_or_others_cost_themselves_alone() {
    let (good, last) = (png(40, 20), png(41, 20));
    let broken = good[..good.len() / 2].to_vec();
    let huge = vec![0; usize::try_from(MAX_FILE).unwrap() + 1];
    let wide = png(MAX_SIDE + 1, 1);
    let host = serve(vec![
        ("good", good.clone()),
        ("broken", broken.clone()),
        ("other", png(9, 9)),
        ("huge", huge.clone()),
        ("wide", wide.clone()),
        ("last", last.clone()),
    ]);
    let at = |name: &str, file: &[u8]| Picture { url: format!("{host}/{name}"), ..picture(file) };
    let nameless = Picture { sha256: "no hash".into(), url: format!("{host}/good") };
    let wanted = [
        at("good", &good),
        at("broken", &broken),
        at("other", b"what was asked for"),
        at("huge", &huge),
        at("wide", &wide),
        at("missing", b"nothing"),
        nameless,
        at("last", &last),
    ];
    let data = tempfile::tempdir().unwrap();
    let pictures = Pictures::new(data.path());
    assert!(pictures.fetch(&wanted));
    let shown: Vec<bool> = wanted.iter().map(|picture| pictures.image(picture, 10).is_some()).collect();
    assert_eq!(shown, [true, false, false, false, false, false, false, true]);
    assert_eq!(fs::read_dir(data.path().join("pictures")).unwrap().count(), 2);
    assert!(!pictures.fetch(&wanted), "nothing is new the second time");
}

#[test]
fn an_address_where_nobody_listens_costs_the_picture_alone() {
    let data = tempfile::tempdir().unwrap();
    let pictures = Pictures::new(data.path());
    assert!(!pictures.fetch(&[picture(b"x")]));
    assert!(pictures.image(&picture(b"x"), 10).is_none());
    assert!(Pictures::default().image(&picture(b"x"), 10).is_none());
    assert_eq!(pictures.size(&picture(b"x")), None);
}
